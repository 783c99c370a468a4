import CanonicalModel
import IntegrationSupport
import Postgres
import StoreSupport
import SyncCore
import SyncStore
import Testing

@testable import Reconciler

@Suite("Figures of the systems around", .database)
struct SystemFiguresTests {
    @Test("R17.2: open circuits, paused connections, rate budgets, replays and the database are shown as they are")
    func everything() async throws {
        try await Estate.run { estate in
            let pool = estate.pool
            try await pool.run(
                Circuits.failed(
                    estate.fsm, .writing, .init(.transient, text: "it does not answer", fix: "wait"),
                    settings: .init(threshold: 1, pause: .seconds(600), ceiling: .seconds(600))))
            try await pool.run(Connections.pause(estate.crm, true))
            // The account of all three connections; another one belongs to no connection any more.
            for account in ["x", "gone"] {
                try await pool.run(RateBudgets.declare(account, burst: 10, perSecond: 0.001))
            }
            #expect(try await pool.run(RateBudgets.take(4, of: "x")) == .granted(4))
            try await pool.run(RateBudgets.block("x", for: .seconds(600)))
            for state in ["running", "done"] {
                try await pool.execute(
                    """
                    insert into replay (id, state, requested_by, reason, filter, total, failure_limit, made_at)
                    values (\(estate.id()), \(state), 'ada', 'x', 'all', 1, 5, now() - interval '1 minute')
                    """)
            }
            let figures = try await SystemFigures.read(on: pool)
            var values: [String: Double] = [:]
            for (name, labels, value) in figures.values {
                values[([name] + labels.map(\.1)).joined(separator: " ")] = value
            }
            #expect(values["plumbline_circuit_failures fsm-main writing"] == 1)
            #expect(try #require(values["plumbline_circuit_open_seconds fsm-main writing"]) > 0)
            #expect(values["plumbline_circuit_open_seconds fsm-main reading"] == 0)
            #expect(values["plumbline_circuit_open_seconds ledger-main writing"] == 0)
            #expect(values["plumbline_connection_paused crm-main"] == 1)
            #expect(values["plumbline_connection_paused fsm-main"] == 0)
            let left = try #require(values["plumbline_budget_calls_left x"])
            #expect(left >= 6 && left < 7)
            #expect(values["plumbline_budget_burst_calls x"] == 10)
            #expect(values["plumbline_budget_calls_per_second x"] == 0.001)
            let blocked = try #require(values["plumbline_budget_blocked_seconds x"])
            #expect(blocked > 300 && blocked <= 600)
            #expect(values["plumbline_budget_calls_left gone"] == nil)
            #expect(values["plumbline_replays_open running"] == 1)
            #expect(try #require(values["plumbline_replays_oldest_seconds running"]) >= 60)
            #expect(values["plumbline_replays_open done"] == nil)
            #expect(try #require(values["plumbline_database_bytes"]) > 1_000_000)
            let connections = try #require(values["plumbline_database_connections"])
            #expect(connections >= 1)
            #expect(try #require(values["plumbline_database_connections_limit"]) >= connections)
            #expect(try #require(values["plumbline_database_oldest_transaction_seconds"]) >= 0)
        }
    }

    @Test("What another replica could take up is due and unheld, and nothing that the vendor or a person holds up")
    func claimable() async throws {
        try await Estate.run { estate in
            let pool = estate.pool
            func figures() async throws -> [String: Double] {
                let values = try await SystemFigures.read(on: pool).values
                return Dictionary(
                    uniqueKeysWithValues: values.map { name, labels, value in
                        (([name] + labels.map(\.1)).joined(separator: " "), value)
                    })
            }
            func expect(
                _ state: String, reading: Double, writing: Double, due: Double = 2,
                location: SourceLocation = #_sourceLocation
            ) async throws {
                let values = try await figures()
                let shown = [
                    values["plumbline_objects_due fsm-main"],
                    values["plumbline_claimable fsm-main fsm-adapter reading"],
                    values["plumbline_claimable fsm-main fsm-adapter writing"],
                ]
                #expect(shown == [due, reading, writing], "\(state)", sourceLocation: location)
            }
            let (event, _) = try estate.event(changedAt: estate.now)
            let commands = try (0..<3).map { _ in try estate.command(to: estate.fsm, causedBy: event).received }
            _ = try await pool.run(WorkTable.accept(commands))
            try await pool.execute(
                """
                insert into dirty (connection, native_type, native_id, correlation, hinted_at, due_at)
                select 'fsm-main', 'customer', n::text, \(estate.id()), now(), now() - n * interval '10 seconds'
                from generate_series(-1, 2) as n where n <> 0
                """)
            // Nobody serves it: more replicas of nothing are of no use.
            #expect(try await figures()["plumbline_objects_due fsm-main"] == nil)
            try await pool.run(
                Replicas.beat(
                    "r", service: "fsm-adapter", host: "h", pace: .seconds(1), loops: [], connections: ["fsm-main"]))
            try await expect("all is free", reading: 2, writing: 3)
            let values = try await figures()
            #expect(try #require(values["plumbline_objects_oldest_due_seconds fsm-main"]) >= 20)
            #expect(try #require(values["plumbline_claimable_oldest_seconds fsm-main fsm-adapter reading"]) >= 20)
            #expect(try #require(values["plumbline_claimable_oldest_seconds fsm-main fsm-adapter writing"]) >= 0)

            let native = NativeReference(type: "customer", id: "2")
            _ = try await pool.run(
                Lanes.acquire(
                    [.object(native, in: estate.fsm), .record(commands[1].command.record, in: estate.fsm)], holder: "a",
                    lease: .seconds(60), ceiling: .zero))
            try await expect("a process holds one of each", reading: 1, writing: 2, due: 1)
            try await pool.execute("update lane set until = clock_timestamp()")

            for direction in [Circuits.Direction.writing, .reading] {
                try await pool.execute(
                    """
                    insert into circuit (connection, direction, open_until)
                    values ('fsm-main', \(direction.rawValue), now())
                    on conflict (connection, direction) do update set open_until = now()
                    """)
                let isWriting = direction == .writing
                try await expect("a circuit is open", reading: isWriting ? 2 : 0, writing: isWriting ? 0 : 3)
                try await pool.execute("update circuit set open_until = null")
            }
            try await pool.run(Connections.pause(estate.fsm, true))
            try await expect("a person has paused it", reading: 0, writing: 0)
            try await pool.run(Connections.pause(estate.fsm, false))
            try await pool.run(RateBudgets.declare("x", burst: 10, perSecond: 0.001))
            #expect(try await pool.run(RateBudgets.take(6, of: "x")) == .granted(6))
            try await expect("half of the calls are used", reading: 0, writing: 0)
            try await pool.execute("update rate_budget set tokens = 10")
            try await expect("the calls are back", reading: 2, writing: 3)
            try await pool.run(RateBudgets.block("x", for: .seconds(600)))
            try await expect("the vendor wants no call", reading: 0, writing: 0)
        }
    }
}
