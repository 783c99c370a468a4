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
        /// What is read there.
        public var reading = Circuits.State()
        /// What is written there.
        public var writing = Circuits.State()
        /// Since when nothing is done there, because nobody has connected its account yet; nil where it is connected.
        public var awaitsConsentSince: Instant?

        /// When a call succeeded last, to the minute.
        public var succeededAt: Instant? {
            [reading.succeededAt, writing.succeededAt].compactMap(\.self).max()
        }
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
            Statement(
                """
                insert into circuit (connection, direction)
                select \(capabilities.connection), direction
                from unnest(\(Circuits.Direction.allCases)) as direction
                on conflict do nothing
                """),
        ]
    }

    /// All connections, by name.
    public static var all: Statement<[Declared]> {
        Statement(
            """
            select c.id, c.role, c.capabilities, c.vendor, c.account, c.base_url, coalesce(s.paused, false),
                r.failures, r.opened_at, r.open_until, r.failure, r.fix, r.succeeded_at, r.failure_class,
                w.failures, w.opened_at, w.open_until, w.failure, w.fix, w.succeeded_at, w.failure_class,
                o.awaited_since
            from connection c
            left join connection_state s on s.connection = c.id
            left join circuit r on r.connection = c.id and r.direction = 'reading'
            left join circuit w on w.connection = c.id and w.direction = 'writing'
            left join consent_offer o on o.connection = c.id
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
                declared.health.isPaused = try row[6, as: Bool.self]
                declared.health.reading = try Circuits.State(row, from: 7)
                declared.health.writing = try Circuits.State(row, from: 14)
                declared.health.awaitsConsentSince = try row[21, as: Instant?.self]
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
}

extension Circuits.State {
    /// Reads seven columns; all nil for a connection that has not declared itself since there are circuits.
    fileprivate init(_ row: PostgresRow, from column: Int) throws {
        failures = try row[column, as: Int?.self] ?? 0
        openedAt = try row[column + 1, as: Instant?.self]
        openUntil = try row[column + 2, as: Instant?.self]
        failure = try row[column + 3, as: String?.self]
        fix = try row[column + 4, as: String?.self]
        succeededAt = try row[column + 5, as: Instant?.self]
        failureClass = try row[column + 6, as: FailureClass?.self]
    }
}
