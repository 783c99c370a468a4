import IntegrationSupport
import Postgres
import SyncStore
import Synchronization
import Testing

/// A database with the tables of this build, for one test.
func withStore(connections: Int = 8, _ body: (PostgresPool) async throws -> Void) async throws {
    let space = try IntegrationSpace.required()
    var configuration = space.database
    configuration.applicationName = space.prefix
    var limits = PostgresPool.Limits()
    limits.connections = connections
    let pool = PostgresPool(configuration, limits: limits)
    do {
        try await Migrator(SyncStore.migrations()).migrate(on: pool)
        try await body(pool)
        await pool.close()
    } catch {
        await pool.close()
        throw error
    }
}

/// What came of two transactions that met.
struct Meeting<First: Sendable, Second: Sendable>: Sendable {
    var first: Result<First, any Error>
    var second: Result<Second, any Error>
    /// Whether the second had to wait until the first was committed.
    var secondWaited: Bool
}

extension PostgresPool {
    /// Lets two transactions overlap: the second begins when the first has done everything but commit, and goes on until
    /// it ends or waits for a lock; only then the first commits.
    func meet<First: Sendable, Second: Sendable>(
        _ first: @escaping @Sendable (PostgresTransaction) async throws -> First,
        _ second: @escaping @Sendable (PostgresTransaction) async throws -> Second
    ) async throws -> Meeting<First, Second> {
        let begun = Signal()
        let release = Signal()
        let ended = Signal()
        async let firstResult = outcome {
            try await self.withTransaction(retries: 0) { transaction in
                do {
                    let value = try await first(transaction)
                    begun.fire()
                    await release.wait()
                    return value
                } catch {
                    begun.fire()
                    throw error
                }
            }
        }
        await begun.wait()
        async let secondResult = outcome {
            defer { ended.fire() }
            return try await self.withTransaction(retries: 0) { try await second($0) }
        }
        let waited = try await isBlocked { ended.isFired }
        release.fire()
        return await Meeting(first: firstResult, second: secondResult, secondWaited: waited)
    }

    private func outcome<Value: Sendable>(
        _ body: @Sendable () async throws -> Value
    ) async -> Result<Value, any Error> {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }

    /// Waits until a statement of this test waits for a lock (true), or something has ended (false).
    func isBlocked(orEnded ended: () -> Bool) async throws -> Bool {
        while !ended() {
            let blocked = try await query(
                """
                select count(*) from pg_stat_activity
                where application_name = current_setting('application_name') and cardinality(pg_blocking_pids(pid)) > 0
                """)
            if try blocked[0][0, as: Int.self] > 0 { return true }
            await Task.yield()
        }
        return false
    }
}

/// Something that happens once and that others wait for.
final class Signal: Sendable {
    private let state = Mutex<(isFired: Bool, waiters: [CheckedContinuation<Void, Never>])>((false, []))

    var isFired: Bool { state.withLock { $0.isFired } }

    func fire() {
        let waiters = state.withLock { state in
            state.isFired = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isFired = state.withLock { state in
                if !state.isFired { state.waiters.append(continuation) }
                return state.isFired
            }
            if isFired { continuation.resume() }
        }
    }
}

/// Counts what happens in several tasks.
final class Counter: Sendable {
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    func increment() {
        count.withLock { $0 += 1 }
    }
}
