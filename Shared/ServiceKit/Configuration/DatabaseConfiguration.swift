/// Says how to reach Postgres.
///
/// ## Configuration keys
/// - `database.url` (secret, required; or `database.url.file`): `postgresql://user:password@host:port/database`.
/// - `database.pool.size` (1–64, default 4): the most connections that this process opens.
public struct DatabaseConfiguration: Sendable, Hashable {
    /// The connection URL.
    public let url: Secret
    /// The most connections of the pool.
    public let poolSize: Int

    /// Reads the keys.
    public init(config: CheckedConfiguration) {
        url = config.secret(
            "database.url", allowed: "postgresql://user:password@host:port/database",
            show: { RedactedURL($0).description },
            where: { $0.hasPrefix("postgresql://") || $0.hasPrefix("postgres://") })
        poolSize = config.integer("database.pool.size", default: 4, in: 1...64)
    }
}
