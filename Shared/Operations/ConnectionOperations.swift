public import CanonicalModel
public import Postgres
internal import SyncCore
internal import SyncStore

/// Shows connections.
public struct ConnectionOperations: Sendable {
    private let pool: PostgresPool

    /// Takes the database.
    public init(_ pool: PostgresPool) {
        self.pool = pool
    }

    /// A connection as people see it.
    public struct Listed: Sendable {
        /// Its name.
        public var id: ConnectionID
        /// The role that it plays.
        public var role: Role
        /// The product behind it.
        public var vendor: String
        /// The account whose credentials it uses.
        public var account: String
        /// Where its interface is.
        public var baseURL: String
        /// Whether a person has paused it.
        public var isPaused: Bool
        /// How it is, in words.
        public var state: String
    }

    /// All connections that adapters have declared, by name.
    public func list() async throws -> [Listed] {
        let declared = try await pool.run([Connections.all]).first ?? []
        return declared.map { connection in
            Listed(
                id: connection.capabilities.connection, role: connection.capabilities.role, vendor: connection.vendor,
                account: connection.account, baseURL: connection.baseURL, isPaused: connection.health.isPaused,
                state: Self.state(connection.health, of: connection.capabilities.connection))
        }
    }

    /// Pauses a connection or ends the pause, recorded in the audit log: while it is paused its work is taken in, and nothing
    /// is read or written there.
    ///
    /// - Throws: `OperationFailure` when the connection is not there.
    public func pause(
        _ connection: ConnectionID, _ isPaused: Bool, by name: String, reason: String, at moment: Instant
    ) async throws {
        guard try await list().contains(where: { $0.id == connection }) else {
            throw OperationFailure("no adapter has declared a connection \(connection)")
        }
        let body = JSONValue.object([
            "operation": .string(isPaused ? "connections pause" : "connections resume"), "reason": .string(reason),
        ])
        let entry = AuditEntry(
            id: IDSource.random.next(moment), at: moment,
            note: AuditNote(.operated, connection: connection, actor: name, body: body.serialised()))
        try await pool.withTransaction { transaction in
            _ = try await transaction.commit(
                running: Connections.pause(connection, isPaused), AuditLog.insert([entry]))
        }
    }

    private static func state(_ health: Connections.Health, of connection: ConnectionID) -> String {
        if health.isPaused { return "paused" }
        if health.awaitsConsentSince != nil { return "not authorised yet: \(ConsentOffer.command(for: connection))" }
        let circuits = [("reading", health.reading), ("writing", health.writing)]
        let open = circuits.compactMap { name, circuit in
            circuit.openedAt.map { since in
                "\(name) rests since \(since): \(circuit.failure ?? "")\(circuit.fix.map { "; \($0)" } ?? "")"
            }
        }
        if !open.isEmpty { return open.joined(separator: "; ") }
        return health.succeededAt.map { "last success \($0)" } ?? "not used yet"
    }
}
