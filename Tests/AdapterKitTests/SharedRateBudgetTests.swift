import ConnectorKit
import IntegrationSupport
import Postgres
import SyncStore
import Testing

@testable import AdapterKit

@Suite("The rate budget that replicas share", .database)
struct SharedRateBudgetTests {
    private func withAccount(
        burst: Double, perSecond: Double, _ body: (PostgresPool) async throws -> Void
    ) async throws {
        try await IntegrationSpace.required().withPool { pool in
            try await Migrator(SyncStore.migrations()).migrate(on: pool)
            try await pool.run(RateBudgets.declare("a", burst: burst, perSecond: perSecond))
            try await body(pool)
        }
    }

    @Test("Replicas that take calls ahead never make more than the account has")
    func neverMore() async throws {
        try await withAccount(burst: 100, perSecond: 0.001) { pool in
            let made = await withTaskGroup(of: Int.self) { group in
                for _ in 0..<3 {
                    let budget = SharedRateBudget(account: "a", pool: pool, patience: .zero)
                    for _ in 0..<4 {
                        group.addTask {
                            var made = 0
                            for _ in 0..<20 {
                                do {
                                    try await budget.take(1)
                                    made += 1
                                } catch {
                                    break
                                }
                            }
                            return made
                        }
                    }
                }
                return await group.reduce(0, +)
            }
            #expect(made <= 100)
            // What is scarce is not taken ahead, so that nothing of it stays with one replica.
            #expect(made >= 90)
        }
    }

    @Test(
        "One who calls often takes calls ahead: less than every second request asks the database, whatever one costs",
        arguments: [1, 100])
    func ahead(cost: Int) async throws {
        try await withAccount(burst: 1_000_000, perSecond: 1_000_000) { pool in
            try await pool.execute("create table ask (at timestamptz)")
            try await pool.execute(
                """
                create function note_ask() returns trigger language plpgsql as
                $$ begin insert into ask values (now()); return new; end $$
                """)
            try await pool.execute(
                "create trigger ask after update on rate_budget for each row execute function note_ask()")
            let budget = SharedRateBudget(account: "a", pool: pool)
            for _ in 0..<200 { try await budget.take(cost) }
            let asks = try await pool.query("select count(*) from ask")[0][0, as: Int.self]
            #expect(asks > 0 && asks < 100, "\(asks) asks")
        }
    }

    @Test("After the vendor has asked for a pause, calls that were taken ahead are not made")
    func pause() async throws {
        try await withAccount(burst: 10_000, perSecond: 10_000) { pool in
            let budget = SharedRateBudget(account: "a", pool: pool, patience: .zero)
            for _ in 0..<20 { try await budget.take(1) }
            await budget.pause(for: .seconds(60))
            await #expect(throws: ConnectorFault.self) { try await budget.take(1) }
        }
    }
}
