public import CanonicalModel
public import Postgres
internal import SyncCore
internal import SyncStore

/// Asks for snapshots and shows what became of them.
public struct SnapshotOperations: Sendable {
    private let pool: PostgresPool
    private let now: @Sendable () -> Instant

    /// Takes the database and the clock.
    public init(_ pool: PostgresPool, now: @escaping @Sendable () -> Instant) {
        self.pool = pool
        self.now = now
    }

    /// A snapshot as people see it.
    public struct Listed: Sendable, Hashable {
        /// The run's id.
        public var id: CanonicalID
        /// Whose objects.
        public var connection: ConnectionID
        /// Seen as what.
        public var entity: EntityKind
        /// `requested`, `running`, `complete` or `failed`.
        public var state: String
        /// How many objects it holds.
        public var entries: Int
        /// Who asked.
        public var requestedBy: String
        /// When.
        public var requestedAt: Instant
        /// When it ended.
        public var finishedAt: Instant?
        /// Why it was given up.
        public var failure: String?

        /// For programs.
        public var json: JSONValue {
            [
                "id": .string(id.description), "connection": .string(connection.name),
                "entity": .string(entity.rawValue), "state": .string(state), "entries": .int(entries),
                "requested_by": .string(requestedBy), "requested_at": .moment(requestedAt),
                "finished_at": .moment(finishedAt), "failure": .text(failure),
            ]
        }
    }

    /// Asks for a snapshot of each entity at a connection; the reconciler sends the commands.
    ///
    /// - Returns: the ids of the runs, in the order of the entities.
    /// - Throws: `OperationFailure` when the connection is not there or cannot read an entity; nothing is asked for then.
    public func request(
        _ entities: [EntityKind], of connection: ConnectionID, by name: String
    ) async throws -> [CanonicalID] {
        let all = try await pool.run(Connections.all).map(\.capabilities)
        guard let capabilities = all.first(where: { $0.connection == connection }) else {
            throw OperationFailure("no adapter has declared a connection \(connection)")
        }
        if let unknown = entities.first(where: { capabilities.entities[$0] == nil }) {
            let known = capabilities.entities.keys.sorted().map(\.rawValue).joined(separator: ", ")
            throw OperationFailure("\(connection) has no \(unknown.rawValue); it has: \(known)")
        }
        let moment = now()
        let runs = entities.map { (id: IDSource.random.next(moment), connection: connection, entity: $0) }
        let body = JSONValue.object([
            "operation": "snapshot request", "entities": .array(entities.map { .string($0.rawValue) }),
        ])
        let entry = AuditEntry(
            id: IDSource.random.next(moment), at: moment,
            note: AuditNote(.operated, connection: connection, actor: name, body: body.serialised()))
        try await pool.withTransaction { transaction in
            _ = try await transaction.commit(running: Snapshots.request(runs, by: name), AuditLog.insert([entry]))
        }
        return runs.map(\.id)
    }

    /// The newest snapshots, newest first.
    public func list(limit: Int) async throws -> [Listed] {
        try await pool.run(Snapshots.latest(limit: limit)).map { run in
            Listed(
                id: run.id, connection: run.connection, entity: run.entity, state: run.state.rawValue,
                entries: run.entries, requestedBy: run.requestedBy, requestedAt: run.requestedAt,
                finishedAt: run.finishedAt, failure: run.failure)
        }
    }

    /// Snapshots for people.
    public static func text(_ runs: [Listed]) -> String {
        guard !runs.isEmpty else { return "no snapshot has been asked for" }
        var table = TextTable(
            ("RUN", .leading), ("CONNECTION", .leading), ("ENTITY", .leading), ("STATE", .leading),
            ("ENTRIES", .trailing), ("REQUESTED", .leading), ("BY", .leading), ("FAILURE", .leading))
        for run in runs {
            table.add(
                run.id.description, run.connection.name, run.entity.rawValue, run.state, "\(run.entries)",
                Wording.second(run.requestedAt), run.requestedBy, Wording.short(run.failure ?? "", 60))
        }
        return table.text()
    }
}
