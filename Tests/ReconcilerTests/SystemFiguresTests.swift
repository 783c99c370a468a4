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
}
