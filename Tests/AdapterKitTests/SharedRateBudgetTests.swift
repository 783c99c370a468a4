import CanonicalModel
import ConnectorKit
import IntegrationSupport
import Postgres
import SyncStore
import Synchronization
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
                                    try await CallPriority.$current.withValue(.urgent) { try await budget.take(1) }
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

    @Test("Backfill leaves half of an account's calls to what is urgent, and takes its turn after two seconds")
    func yielding() async throws {
        try await withAccount(burst: 10, perSecond: 0.001) { pool in
            let clock = HurriedClock()
            let budget = SharedRateBudget(account: "a", pool: pool, clock: clock)
            try await CallPriority.$current.withValue(.background) {
                for _ in 0..<5 { try await budget.take(1) }
                #expect(clock.slept == .zero)
                try await budget.take(1)
                #expect(clock.slept == .seconds(2))
            }
            try await CallPriority.$current.withValue(.urgent) {
                for _ in 0..<4 { try await budget.take(1) }
            }
            #expect(clock.slept == .seconds(2))
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

/// Sleeps in no time, and adds up for how long.
private final class HurriedClock: Clock {
    private let total = Mutex(Duration.zero)
    private let start = ContinuousClock.now

    var slept: Duration { total.withLock(\.self) }
    var now: ContinuousClock.Instant { start + slept }
    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: ContinuousClock.Instant, tolerance: Duration?) async throws {
        total.withLock { $0 = max($0, deadline - start) }
    }
}
