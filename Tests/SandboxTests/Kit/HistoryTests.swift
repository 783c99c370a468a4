import Testing

@testable import SandboxKit

@Suite("History")
struct HistoryTests {
    private func change(_ id: String, _ operation: String = "create", actor: SandboxActor = .seed) -> SandboxChange {
        SandboxChange(
            vendor: "v", objectType: "thing", nativeID: id, operation: operation,
            fields: [FieldChange("name", old: nil, new: .string(id))], actor: actor, requestID: nil,
            at: SandboxInstant(milliseconds: 1))
    }

    @Test("Changes keep their order, are found by any of their marks and counted for ever")
    func changes() {
        var limits = SandboxHistory.Limits()
        limits.changes = 3
        let history = SandboxHistory(clock: SandboxClock(), limits: limits)
        for number in 1...5 {
            history.commit(change("\(number)", number == 5 ? "update" : "create", actor: .user("maria")))
        }
        #expect(history.changes().map(\.nativeID) == ["3", "4", "5"])
        #expect(history.changes().map(\.sequence) == [3, 4, 5])
        #expect(history.forgotten == 2)
        #expect(history.changeTotals(vendor: "v") == ["thing": ["create": 4, "update": 1]])
        var query = SandboxHistory.Query()
        query.since = 3
        query.operation = "create"
        query.actor = "user:maria"
        #expect(history.changes(query).map(\.nativeID) == ["4"])
        query.vendor = "other"
        #expect(history.changes(query).isEmpty)
    }

    @Test("Commits are stamped with the wall clock, whatever the sandbox time is")
    func stamps() {
        let wall = WallClock()
        let clock = SandboxClock { wall.nanoseconds }
        clock.set(SandboxInstant(milliseconds: 99), frozen: true)
        wall.advance(seconds: 3)
        let history = SandboxHistory(clock: clock)
        history.commit(change("1"))
        #expect(history.changes().first?.wallNanoseconds == 3_000_000_000)
    }

    @Test("The differences of two sets of fields are named")
    func differences() {
        let changes = FieldChange.between(["a": 1, "b": 2, "c": 3], ["a": 1, "b": 4, "d": 5])
        #expect(
            changes == [
                FieldChange("b", old: 2, new: 4), FieldChange("c", old: 3, new: nil),
                FieldChange("d", old: nil, new: 5),
            ])
    }

    @Test("Tokens are good until they expire, are revoked or used up")
    func tokens() {
        let store = TokenStore()
        let start = SandboxInstant(milliseconds: 0)
        store.insert(
            SandboxToken(
                value: "t", kind: .refresh, client: "app", account: "1", issuedAt: start,
                expiresAt: start.adding(milliseconds: 1_000)))
        func verdict(_ kind: SandboxToken.Kind, at time: Int64) -> String {
            switch store.check("t", kind: kind, now: SandboxInstant(milliseconds: time)) {
            case .valid: "valid"
            case .expired: "expired"
            case .revoked: "revoked"
            case .unknown: "unknown"
            }
        }
        #expect(verdict(.refresh, at: 999) == "valid")
        #expect(verdict(.access, at: 999) == "unknown")
        #expect(verdict(.refresh, at: 1_000) == "expired")
        guard case .valid = store.consume("t", kind: .refresh, now: start) else {
            Issue.record("the first use must succeed")
            return
        }
        #expect(verdict(.refresh, at: 0) == "revoked")
    }

    @Test("The same seed gives the same randomness")
    func randomness() {
        let (one, other) = (SandboxRandom(seed: 5), SandboxRandom(seed: 5))
        #expect(one.uuid() == other.uuid())
        #expect(one.token(40) == other.token(40))
        #expect(one.uuid().wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
    }
}
