import SyncStore
import Testing

@testable import Reconciler

@Suite("The pace of a replay")
struct ReplayPaceTests {
    @Test(
        "R17.7: a step publishes no more messages than live ones may stand behind, and opens other letters as they come"
    )
    func messages() {
        let work = Array(repeating: DeadLetters.Letter.Source.work, count: 300)
        #expect(ReplayPace.length(of: work) == 300)
        let events = Array(repeating: DeadLetters.Letter.Source.event, count: ReplayPace.mostMessages)
        #expect(ReplayPace.length(of: events + work) == 400)
        #expect(ReplayPace.length(of: events + work + [.broker] + work) == 400)
        #expect(ReplayPace.length(of: []) == 0)
    }
}
