public import Postgres
public import ServiceLifecycle

/// Keeps a pool for the time of a group, and closes it after those who use it.
///
/// Put it before the loops that use the pool.
public struct DatabaseService: Service, CustomStringConvertible {
    private let pool: PostgresPool

    /// Takes the pool.
    public init(_ pool: PostgresPool) {
        self.pool = pool
    }

    /// Its name in logs.
    public var description: String { "database pool" }

    /// Closes idle connections until the group shuts down, then all.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            await pool.run()
        }
    }
}
