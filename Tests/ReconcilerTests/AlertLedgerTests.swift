import CanonicalModel
import SyncCore
import SyncStore
import Testing

@testable import Reconciler

@Suite("Alerts over time")
struct AlertLedgerTests {
    private static let start = Instant(seconds: 1_800_000_000)

    private func condition(
        _ subject: String = "a", severity: AlertSeverity = .warning, hold: Int64 = 0, since: Int64 = 0,
        kind: AlertKind = .freshness
    ) -> AlertCondition {
        AlertCondition(
            .init(kind, subject), group: "g", severity: severity, since: Self.start.advanced(bySeconds: since),
            cause: "c", advice: "a", hold: .seconds(hold))
    }

    /// Follows what is found at so many seconds; gives the steps and what is open in the end.
    private func follow(
        _ rounds: [(at: Int64, found: [AlertCondition])], unjudged: Set<AlertKind> = [], calm: Int64 = 15
    ) -> (steps: [AlertLedger.Step], open: [Alert]) {
        var open: [CanonicalID: Alert] = [:]
        var steps: [AlertLedger.Step] = []
        for (at, found) in rounds {
            let step = AlertLedger.step(
                from: open.values.sorted { $0.id < $1.id },
                .init(conditions: found, unjudged: found.isEmpty ? unjudged : []), calm: .seconds(calm),
                now: Self.start.advanced(bySeconds: at), ids: .random)
            for alert in step.saved { open[alert.id] = alert.resolvedAt == nil ? alert : nil }
            for id in step.forgotten { open[id] = nil }
            steps.append(step)
        }
        return (steps, Array(open.values))
    }

    @Test("A condition is raised once it has lasted, told once, and resolved once it has been gone for a while")
    func life() {
        let found = [condition(hold: 20)]
        let (steps, open) = follow([
            (0, found), (10, found), (20, found), (30, found), (35, []), (44, []), (46, []), (60, []),
        ])
        #expect(steps.map(\.raised.count) == [0, 0, 1, 0, 0, 0, 0, 0])
        #expect(steps.map(\.resolved.count) == [0, 0, 0, 0, 0, 0, 1, 0])
        #expect(steps[6].resolved.first?.sequence == 2)
        #expect(open.isEmpty)
    }

    @Test("What is over before it is an alert is forgotten, and nobody is told")
    func passing() {
        let found = [condition(hold: 20)]
        let (steps, open) = follow([(0, found), (10, []), (20, found), (39, found), (40, [])])
        #expect(steps.allSatisfy { $0.raised.isEmpty && $0.resolved.isEmpty })
        #expect(steps.map(\.forgotten.count) == [0, 1, 0, 0, 1])
        #expect(open.isEmpty)
    }

    @Test("A condition that flickers is one alert")
    func flicker() {
        let found = [condition()]
        let (steps, open) = follow([(0, found), (10, []), (20, found), (30, []), (40, found)])
        #expect(steps.map(\.raised.count) == [1, 0, 0, 0, 0])
        #expect(steps.allSatisfy { $0.resolved.isEmpty })
        #expect(open.count == 1)
    }

    @Test("An alert that becomes graver is told again, one that becomes lighter is not; its beginning stays")
    func graver() {
        let (steps, open) = follow([
            (0, [condition(since: -50)]), (10, [condition(severity: .critical, since: -5)]),
            (20, [condition(since: -1)]),
        ])
        #expect(steps.map { $0.raised.map(\.sequence) } == [[1], [2], []])
        #expect(open.first?.condition.since == Self.start.advanced(bySeconds: -50))
        #expect(open.first?.condition.severity == .warning)
    }

    @Test("What cannot be judged stays as it is")
    func unjudged() {
        let (steps, open) = follow([(0, [condition()]), (100, []), (200, [])], unjudged: [.freshness])
        #expect(steps.allSatisfy { $0.resolved.isEmpty })
        #expect(open.count == 1)
        #expect(follow([(0, [condition(kind: .seal)]), (100, [])], unjudged: [.freshness]).open.isEmpty)
    }

    @Test("Each kind and subject is an alert of its own")
    func several() {
        let found = [condition("a"), condition("b"), condition("a", kind: .backlog)]
        let (steps, open) = follow([(0, found), (10, [condition("b")]), (20, [condition("b")])])
        #expect(steps[0].raised.count == 3)
        #expect(steps[2].resolved.map(\.condition.key.kind.rawValue).sorted() == ["backlog", "freshness"])
        #expect(open.map(\.condition.key.subject) == ["b"])
    }
}
