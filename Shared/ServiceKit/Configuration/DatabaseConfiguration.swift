public import Logging
public import Postgres

/// Says how to reach Postgres.
///
/// ## Configuration keys
/// - `database.url` (secret, required; or `database.url.file`): `postgresql://user:password@host:port/database?sslmode=…`;
///   `PostgresConfiguration.init(url:)` lists the parameters.
/// - `database.pool.size` (1–64, default 4): the most connections that this process opens.
public struct DatabaseConfiguration: Sendable {
    /// Where the database is.
    public let postgres: PostgresConfiguration
    /// How large the pool is.
    public let limits: PostgresPool.Limits

    /// Reads the keys.
    public init(config: CheckedConfiguration) {
        let parsed = config.secret(
            "database.url", allowed: "postgresql://user:password@host:port/database", meaning: "where PostgreSQL is",
            show: \.description
        ) { url throws(PostgresError) in
            try PostgresConfiguration(url: url)
        }
        postgres = parsed ?? PostgresConfiguration(host: "", user: "", database: "")
        var limits = PostgresPool.Limits()
        limits.connections = config.integer(
            "database.pool.size", default: 4, in: 1...64, meaning: "the most connections that this process opens")
        self.limits = limits
    }

    /// Makes the pool; it connects at its first use.
    ///
    /// - Parameters:
    ///   - name: shown by the server in `pg_stat_activity`, for example the executable's name.
    ///   - planning: how the server plans this process's statements.
    public func pool(
        name: String, planning: PostgresConfiguration.Planning = .byIndex, logger: Logger
    ) -> PostgresPool {
        var postgres = postgres
        postgres.planning = planning
        postgres.applicationName = name
        return PostgresPool(postgres, limits: limits, logger: logger)
    }

    /// Takes the parts; for tests.
    public init(postgres: PostgresConfiguration, limits: PostgresPool.Limits = PostgresPool.Limits()) {
        self.postgres = postgres
        self.limits = limits
    }
}
