import Testing

@testable import ConnectorKit

@Suite("The share of rounds that background work may take")
struct BackgroundShareTests {
    @Test("No more rounds are let in than there are, and one that left makes room")
    func room() {
        let share = BackgroundShare(rounds: 2)
        #expect(share.enter())
        #expect(share.enter())
        #expect(!share.enter())
        share.leave()
        #expect(share.enter())
    }

    @Test("Who leaves is told once that somebody was refused meanwhile")
    func refused() {
        let share = BackgroundShare(rounds: 1)
        #expect(share.enter())
        #expect(!share.leave())
        #expect(share.enter())
        #expect(!share.enter())
        #expect(share.leave())
        #expect(share.enter())
        #expect(!share.leave())
    }

    @Test("There is always one")
    func least() {
        #expect(BackgroundShare(rounds: 0).enter())
    }
}
