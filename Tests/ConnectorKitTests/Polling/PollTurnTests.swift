import CanonicalModel
import SyncCore
import Testing

@testable import ConnectorKit

@Suite("What follows a page of a poll")
struct PollTurnTests {
    private func turn(_ page: PollPage) -> PollTurn {
        let stream = PollStream(name: "scheduled jobs", nativeType: "job", interval: .seconds(60))
        return PollTurn(after: page, of: stream, ConnectionID("fsm-main"), "Jobber")
    }

    private func page(_ restarts: Int, isAnew: Bool = true) -> PollPage {
        PollPage(changes: [], cursor: "", hasMore: true, isAnew: isAnew, restarts: restarts)
    }

    @Test("A page is followed by the next one, the last page by nothing")
    func ordinary() {
        #expect(turn(PollPage(changes: [], cursor: "", hasMore: true)).next == .more)
        #expect(turn(PollPage(changes: [], cursor: "", hasMore: false)).next == .end)
        #expect(turn(page(3, isAnew: false)).next == .more)
    }

    @Test("R24.4: a round begins anew after pauses that grow and are bounded")
    func pauses() {
        let pauses = [1, 2, 3, 4, 5, 6, 500, .max].map { turn(page($0)).next }
        #expect(pauses == [1, 2, 4, 8, 16, 16, 16, 16].map { .anew(after: .seconds($0)) })
    }

    @Test("R24.4: a round that keeps beginning anew is an error that says which, and what to do")
    func endless() throws {
        #expect(turn(page(4)).fault == nil)
        #expect(turn(page(5, isAnew: false)).fault != nil, "its pages in between are no better")
        let fault = try #require(turn(page(5)).fault)
        #expect(fault.code == "endless_round")
        for word in ["fsm-main", "scheduled jobs", "Jobber", "5 times"] { #expect(fault.message.contains(word)) }
        #expect(fault.fix.contains("plumbline sync force"))
        guard case .answered = CircuitSignal(fault) else {
            Issue.record("the vendor answers: its circuit must stay closed")
            return
        }
    }
}
