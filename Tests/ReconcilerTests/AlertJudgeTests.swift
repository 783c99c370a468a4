import CanonicalModel
import IntegrationSupport
import Logging
import Postgres
import StoreSupport
import SyncCore
import SyncStore
import Testing

@testable import Reconciler

@Suite("Alerts in the database", .database)
struct AlertJudgeTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Looks at once, without patience.
    private func judge(_ estate: Estate, _ change: (inout AlertSettings) -> Void = { _ in }) async throws -> [Alert] {
        var settings = AlertSettings()
        settings.hold = .zero
        settings.calm = .zero
        change(&settings)
        try await AlertJudge(settings: settings, pool: estate.pool, ids: .random, logger: logger).judge()
        return try await estate.pool.run(Alerts.all(resolvedWithin: .seconds(600), limit: 100))
    }

    private func raised(_ estate: Estate) async throws -> Set<AlertCondition.Key> {
        Set(try await judge(estate).filter(\.isRaised).map(\.condition.key))
    }

    private func measure(_ estate: Estate) async throws {
        try await FreshnessMeter(pool: estate.pool, events: "router.events", rest: 0).measure()
    }

    /// Shows processes that serve all connections.
    private func serve(_ estate: Estate) async throws {
        try await estate.pool.run([
            Replicas.beat(
                "adapters", service: "adapters", host: "h", pace: .seconds(5), loops: ["poll/crm-main/x"],
                connections: [estate.crm, estate.fsm, estate.ledger].map(\.name))
        ])
    }

    @Test("R15.11, R17.3: a change that stands still is an alert with its cause, and is resolved when it has arrived")
    func standstill() async throws {
        try await Estate.run { estate in
            let pool = estate.pool
            try await serve(estate)
            try await measure(estate)
            try await pool.execute("delete from canary")
            #expect(try await raised(estate).isEmpty)

            let (_, message) = try estate.event(
                changedAt: Instant(microseconds: estate.now.microseconds - 90_000_000))
            try await pool.run(MessageTable.insert([message], lease: .seconds(60)))
            try await measure(estate)
            try await pool.execute("delete from canary")
            let alerts = try await judge(estate)
            #expect(
                Set(alerts.map(\.condition.key.subject)) == ["crm-main > fsm-main", "crm-main > ledger-main"])
            #expect(alerts.allSatisfy { $0.condition.cause.contains("customer for 1 min 3") && $0.sequence == 1 })
            // Looking again neither doubles nor changes it.
            #expect(try await judge(estate).map(\.id) == alerts.map(\.id))

            _ = try await pool.run(MessageTable.settle([message.key]))
            try await measure(estate)
            try await pool.execute("delete from canary")
            let after = try await judge(estate)
            #expect(
                after.map(\.id) == alerts.map(\.id) && after.allSatisfy { $0.resolvedAt != nil && $0.sequence == 2 })
        }
    }

    @Test("R17.2: letters, a refused token, an open circuit and used-up calls are alerts as long as they last")
    func systems() async throws {
        try await Estate.run { estate in
            let pool = estate.pool
            try await serve(estate)
            try await pool.run(
                DeadLetters.insert([
                    DeadLetters.Letter(
                        id: estate.id(), source: .work, connection: estate.fsm, entity: .customer, record: estate.id(),
                        failureClass: .validation, code: "no", failure: "refused", fix: "mend it", attempts: 1,
                        failedAt: estate.now, payload: [])
                ]))
            try await pool.run(
                Circuits.failed(
                    estate.crm, .reading, .init(.authentication, text: "401", fix: "connect it anew"),
                    settings: .standard(for: .authentication)))
            for _ in 0..<5 {
                try await pool.run(
                    Circuits.failed(
                        estate.ledger, .writing, .init(.transient, text: "503", fix: "wait"),
                        settings: .init(threshold: 5, pause: .zero, ceiling: .zero)))
            }
            try await pool.execute("update circuit set opened_at = opened_at - interval '5 minutes'")
            let kinds = try await raised(estate)
            #expect(
                Set(kinds.map(\.kind)) == [.deadLetters, .token, .circuit]
                    && kinds.contains(.init(.circuit, "ledger-main writing")))
            try await pool.run([Circuits.answered(estate.crm, .reading), Circuits.answered(estate.ledger, .writing)])
            try await pool.execute("update dead_letter set state = 'archived'")
            #expect(try await raised(estate).isEmpty)
        }
    }

    @Test("A process that died, a loop that stalls and a probe that is lost are alerts until they are there again")
    func processes() async throws {
        try await Estate.run { estate in
            let pool = estate.pool
            try await serve(estate)
            try await pool.run([
                Replicas.beat("r1", service: "router", host: "h", pace: .seconds(5), loops: [], connections: [])
            ])
            let board = LoopBoard()
            board.register("poll/crm-main/x", every: .seconds(1), connection: estate.crm)
            try await pool.run([LoopProgress.note(board.news())])
            try await pool.run([Canary.declare([.init(from: estate.crm, to: estate.fsm)])])
            let probe = try #require(try await pool.run(Canary.send(from: estate.crm)))
            #expect(try await pool.run(Canary.send(from: estate.crm)) == nil)
            #expect(try await raised(estate).isEmpty)

            try await pool.execute("update replica set started_at = started_at - interval '1 hour'")
            try await pool.execute("update replica set seen_at = seen_at - interval '16 seconds' where id = 'r1'")
            try await pool.execute("update loop_progress set done_at = done_at - interval '62 seconds'")
            try await pool.execute("update canary set waiting_since = waiting_since - interval '61 seconds'")
            #expect(
                try await raised(estate) == [
                    .init(.replica, "router r1"), .init(.stalledLoop, "poll/crm-main/x"),
                    .init(.canary, "crm-main > fsm-main"),
                ])

            try await pool.run([
                Replicas.beat("r2", service: "router", host: "h", pace: .seconds(5), loops: [], connections: [])
            ])
            board.ran("poll/crm-main/x")
            try await pool.run([LoopProgress.note(board.news())])
            try await pool.run([Canary.arrive([probe], at: estate.fsm)])
            #expect(try await raised(estate).isEmpty)
            #expect(try await pool.run(Canary.all).first?.took != nil)
            // Whoever has died is forgotten an hour after its place was taken.
            #expect(try await pool.run(Replicas.all).first { $0.id == "r1" }?.replacedAt != nil)
            try await pool.execute("update replica set replaced_at = replaced_at - interval '2 hours'")
            _ = try await judge(estate)
            #expect(try await pool.run(Replicas.all).map(\.id).sorted() == ["adapters", "r2"])
        }
    }

    @Test("An audit entry that nobody seals is an alert until somebody has")
    func seal() async throws {
        try await Estate.run { estate in
            let pool = estate.pool
            try await serve(estate)
            let old = Instant(microseconds: estate.now.microseconds - 130_000_000)
            try await pool.run([
                AuditLog.insert([
                    AuditEntry(id: IDSource.random.next(old), at: old, note: AuditNote(.operated, actor: "a", body: []))
                ])
            ])
            #expect(try await raised(estate) == [.init(.seal, "seal")])
            let sealer = Sealer(
                key: try SealingKey(Array(repeating: 7, count: 32)), anchors: AnchorFile(path: "/dev/null"),
                pool: pool, logger: logger)
            try await sealer.seal(everything: true)
            #expect(try await raised(estate).isEmpty)
        }
    }

    @Test("Two who judge at the same time make one alert of one thing")
    func together() async throws {
        try await Estate.run { estate in
            try await serve(estate)
            try await estate.pool.run(
                Circuits.failed(
                    estate.crm, .reading, .init(.authentication, text: "401", fix: "x"),
                    settings: .standard(for: .authentication)))
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<4 { group.addTask { _ = try? await judge(estate) } }
            }
            #expect(try await judge(estate).count == 1)
        }
    }
}
