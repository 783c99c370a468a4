public import CanonicalModel
internal import Postgres

/// How the database is.
public struct DatabaseFigure: Sendable, Hashable {
    /// What it takes on its disk, in bytes.
    public var bytes: Int64
    /// How many clients are connected to the server, of all its databases.
    public var connections: Int
    /// How many may be.
    public var connectionLimit: Int
    /// When the oldest transaction began that is open in it; nil where the role may not see it.
    public var oldestTransactionAt: Instant?

    /// Takes the parts.
    public init(bytes: Int64, connections: Int, connectionLimit: Int, oldestTransactionAt: Instant?) {
        self.bytes = bytes
        self.connections = connections
        self.connectionLimit = connectionLimit
        self.oldestTransactionAt = oldestTransactionAt
    }

    /// The figures now.
    ///
    /// A role sees the transactions of its own connections, those of others only as a member of `pg_read_all_stats`.
    public static var current: Statement<DatabaseFigure> {
        Statement(
            """
            select pg_database_size(current_database()), count(*),
                current_setting('max_connections')::bigint - current_setting('superuser_reserved_connections')::bigint,
                min(xact_start) filter (where datname = current_database())
            from pg_stat_activity where backend_type = 'client backend'
            """
        ) { result in
            let row = result[0]
            return DatabaseFigure(
                bytes: try row[0, as: Int64.self], connections: try row[1, as: Int.self],
                connectionLimit: try row[2, as: Int.self], oldestTransactionAt: try row[3, as: Instant?.self])
        }
    }
}
