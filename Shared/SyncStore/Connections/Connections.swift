public import CanonicalModel
internal import Postgres
public import SyncCore

/// The connections that adapters have declared, what they can do, and how they are.
public enum Connections {
    /// A connection as the console and the router see it.
    public struct Declared: Sendable {
        /// The connection's role and what can be done there.
        public var capabilities: ConnectionCapabilities
        /// The product behind it; for people only.
        public var vendor: String
        /// The account whose credentials and budget it uses.
        public var account: String
        /// Where its interface is.
        public var baseURL: String
        /// How it is.
        public var health: Health

        /// Takes the parts.
        public init(capabilities: ConnectionCapabilities, vendor: String, account: String, baseURL: String) {
            self.capabilities = capabilities
            self.vendor = vendor
            self.account = account
            self.baseURL = baseURL
            health = Health()
        }
    }

    /// How a connection is.
    public struct Health: Sendable, Hashable {
        /// Whether a person has paused it.
        public var isPaused = false
        /// How many calls have failed in a row.
        public var failures = 0
        /// Until when no work is claimed; one piece of work probes afterwards.
        public var openUntil: Instant?
        /// The last failure, in words.
        public var lastFailure: String?
        /// When the last call succeeded.
        public var lastSuccessAt: Instant?
    }

    /// Writes what an adapter says of a connection; what the connection is doing stays.
    public static func declare(_ connection: Declared) -> [Statement<Void>] {
        let capabilities = connection.capabilities
        return [
            Statement(
                """
                insert into connection (id, vendor, role, account, base_url, capabilities)
                values (
                    \(capabilities.connection), \(connection.vendor), \(capabilities.role), \(connection.account),
                    \(connection.baseURL), \(PostgresJSON(CapabilityCoding.encode(capabilities))))
                on conflict (id) do update set
                    vendor = excluded.vendor, role = excluded.role, account = excluded.account,
                    base_url = excluded.base_url, capabilities = excluded.capabilities, declared_at = now()
                """),
            Statement(
                "insert into connection_state (connection) values (\(capabilities.connection)) on conflict do nothing"),
        ]
    }

    /// All connections, by name.
    public static var all: Statement<[Declared]> {
        Statement(
            """
            select c.id, c.role, c.capabilities, c.vendor, c.account, c.base_url,
                coalesce(s.paused, false), coalesce(s.failures, 0), s.open_until, s.last_failure, s.last_success_at
            from connection c left join connection_state s on s.connection = c.id
            order by c.id
            """
        ) { result in
            try result.map { row in
                var declared = Declared(
                    capabilities: try CapabilityCoding.decode(
                        row[2, as: [UInt8].self], connection: row[0, as: ConnectionID.self],
                        role: row[1, as: Role.self]),
                    vendor: try row[3, as: String.self], account: try row[4, as: String.self],
                    baseURL: try row[5, as: String.self])
                declared.health = Health(
                    isPaused: try row[6, as: Bool.self], failures: try row[7, as: Int.self],
                    openUntil: try row[8, as: Instant?.self], lastFailure: try row[9, as: String?.self],
                    lastSuccessAt: try row[10, as: Instant?.self])
                return declared
            }
        }
    }

    /// When a connection was declared last; a router that knows an older time reads all of them again.
    public static var lastDeclaredAt: Statement<Instant?> {
        Statement("select max(declared_at) from connection") { try $0.first?[0, as: Instant?.self] }
    }

    /// Pauses a connection or ends the pause: while paused, its work is taken in and not claimed.
    ///
    /// Demands that the connection has been declared (`notFound`).
    public static func pause(_ connection: ConnectionID, _ isPaused: Bool) -> Statement<Void> {
        Statement(
            """
            with paused as (
                update connection_state set paused = \(isPaused) where connection = \(connection) returning 1
            )
            select demand(count(*) = 1, 'not_found') from paused
            """)
    }

    /// Notes that a call has succeeded, which closes the circuit.
    ///
    /// It writes only where there is something to change, or once a minute.
    public static func succeeded(_ connection: ConnectionID) -> Statement<Void> {
        Statement(
            """
            update connection_state set failures = 0, open_until = null, last_success_at = clock_timestamp()
            where connection = \(connection) and (
                failures > 0 or open_until is not null or last_success_at is null
                or last_success_at < clock_timestamp() - interval '1 minute')
            """)
    }

    /// Notes that a call has failed by the connection's own fault, and opens the circuit after so many in a row.
    ///
    /// - Parameters:
    ///   - threshold: how many failures in a row open the circuit; 1 opens it at once.
    ///   - pause: how long it stays open at first; the time doubles with each further failure.
    ///   - ceiling: the longest time that it stays open.
    /// - Returns: how the connection is now.
    public static func failed(
        _ connection: ConnectionID, _ failure: String, threshold: Int, pause: Duration, ceiling: Duration
    ) -> Statement<Health> {
        Statement(
            """
            update connection_state set
                failures = failures + 1, last_failure = \(failure), last_failure_at = clock_timestamp(),
                open_until = case when failures + 1 >= \(threshold) then clock_timestamp() + least(
                    \(SQL.interval(pause)) * power(2, least(failures + 1 - \(threshold), 16)),
                    \(SQL.interval(ceiling))) end
            where connection = \(connection)
            returning paused, failures, open_until, last_failure, last_success_at
            """
        ) { result in
            guard let row = result.first else { return Health() }
            return Health(
                isPaused: try row[0, as: Bool.self], failures: try row[1, as: Int.self],
                openUntil: try row[2, as: Instant?.self], lastFailure: try row[3, as: String?.self],
                lastSuccessAt: try row[4, as: Instant?.self])
        }
    }
}
