public import CanonicalModel
public import Postgres
internal import SyncCore
internal import SyncStore

/// Lets things be looked at and sent again.
public struct SyncOperations: Sendable {
    private let pool: PostgresPool
    private let now: @Sendable () -> Instant

    /// Takes the database and the clock.
    public init(_ pool: PostgresPool, now: @escaping @Sendable () -> Instant) {
        self.pool = pool
        self.now = now
    }

    /// Something that shall be synced.
    public enum Target: Sendable, Hashable {
        /// A record: all its objects.
        case record(CanonicalID)
        /// An object of a connection.
        case object(ConnectionID, NativeReference)

        /// Reads a record's id, or `CONNECTION:TYPE:ID`; nil for anything else.
        public init?(_ text: String) {
            if let id = CanonicalID(text) {
                self = .record(id)
                return
            }
            let parts = text.split(separator: ":", maxSplits: 2).map(String.init)
            guard parts.count == 3, ConnectionID(parts[0]).isValid else { return nil }
            self = .object(ConnectionID(parts[0]), NativeReference(type: parts[1], id: parts[2]))
        }
    }

    /// What was set in motion.
    public struct Forced: Sendable, Hashable {
        /// Objects that will be read again.
        public var objects: [Object] = []
        /// Desired states that will be sent again, where they differ from what the system shows.
        public var pushes: [Push] = []

        /// An object of a connection.
        public struct Object: Sendable, Hashable {
            /// The connection.
            public var connection: ConnectionID
            /// The object.
            public var native: NativeReference
        }

        /// The desired state of a record at a connection.
        public struct Push: Sendable, Hashable {
            /// The connection.
            public var connection: ConnectionID
            /// The kind of record.
            public var entity: EntityKind
            /// The record.
            public var record: CanonicalID
        }

        /// For people.
        public var text: String {
            let lines =
                objects.map { "to be read again:  \($0.connection) \($0.native)" }
                + pushes.map { "to be sent again:  \($0.connection) \($0.entity.rawValue) \($0.record)" }
            return lines.joined(separator: "\n")
        }

        /// For programs.
        public var json: JSONValue {
            [
                "read": .array(
                    objects.map {
                        [
                            "connection": .string($0.connection.name), "type": .string($0.native.type),
                            "id": .string($0.native.id),
                        ]
                    }),
                "push": .array(
                    pushes.map {
                        [
                            "connection": .string($0.connection.name), "entity": .string($0.entity.rawValue),
                            "record": .string($0.record.description),
                        ]
                    }),
            ]
        }
    }

    /// Marks objects to be read again, each field reported whether it differs or not, and on demand opens the work of
    /// their records again: the newest desired state is compared with what the systems show, and sent where it differs.
    ///
    /// Everything is one transaction, recorded in the audit log.
    ///
    /// - Throws: `OperationFailure` that names a record or a connection that is not there; nothing is done then.
    public func force(
        _ targets: [Target], push: Bool, by name: String, reason: String
    ) async throws -> Forced {
        let moment = now()
        return try await pool.withTransaction { transaction in
            let declared = Set(
                try await transaction.run(Connections.all).map(\.capabilities.connection))
            var forced = Forced()
            var entries: [AuditEntry] = []
            for target in targets {
                let part = try await resolve(target, push: push, declared: declared, in: transaction)
                forced.objects += part.objects.filter { !forced.objects.contains($0) }
                forced.pushes += part.pushes.filter { !forced.pushes.contains($0) }
                entries.append(entry(target, part, push: push, by: name, reason: reason, at: moment))
            }
            let marks = forced.objects.map { object in
                DirtyTable.Mark(
                    object.native, in: object.connection, correlation: IDSource.random.next(moment), hintedAt: moment,
                    isWhole: true)
            }
            let places = forced.pushes.map { Place(record: $0.record, connection: $0.connection, entity: $0.entity) }
            var statements = [AuditLog.insert(entries)]
            if !marks.isEmpty { statements.append(DirtyTable.mark(marks)) }
            if !places.isEmpty { statements.append(WorkTable.reopen(places).discarded) }
            statements += Set(marks.map(\.connection)).sorted().map { WakeUp.dirty($0).notify }
            statements += Set(places.map(\.connection)).sorted().map { WakeUp.work($0).notify }
            try await transaction.commit(running: statements)
            return forced
        }
    }

    private func resolve(
        _ target: Target, push: Bool, declared: Set<ConnectionID>, in transaction: PostgresTransaction
    ) async throws -> Forced {
        var forced = Forced()
        switch target {
        case .record(let given):
            let id = try await transaction.run(Redirects.follow([given]))[given] ?? given
            let (found, links, work) = try await transaction.run(
                Records.read([id]), IdentityMap.history(of: id), WorkTable.find(record: id))
            guard !found.records.isEmpty else { throw OperationFailure("there is no record \(given)") }
            for link in links where link.state == .active {
                guard let native = link.native else { continue }
                let object = Forced.Object(connection: link.connection, native: native)
                if !forced.objects.contains(object) { forced.objects.append(object) }
            }
            forced.objects.sort { ($0.connection, $0.native) < ($1.connection, $1.native) }
            if push { forced.pushes = work.map { Self.push($0.version.place) } }
        case .object(let connection, let native):
            guard declared.contains(connection) else {
                throw OperationFailure("no adapter has declared a connection \(connection)")
            }
            forced.objects = [Forced.Object(connection: connection, native: native)]
            guard push else { break }
            let places = try await transaction.run(IdentityMap.find(native, in: connection))
            let work = try await transaction.run(WorkTable.find(places))
            forced.pushes = work.keys.sorted().map(Self.push)
        }
        return forced
    }

    private static func push(_ place: Place) -> Forced.Push {
        Forced.Push(connection: place.connection, entity: place.entity, record: place.record)
    }

    private func entry(
        _ target: Target, _ forced: Forced, push: Bool, by name: String, reason: String, at moment: Instant
    ) -> AuditEntry {
        var note = AuditNote(
            .operated, actor: name,
            body: JSONValue.object([
                "operation": "sync force", "reason": .string(reason), "push": .bool(push), "done": forced.json,
            ]).serialised())
        switch target {
        case .record(let id): note.record = id
        case .object(let connection, _):
            note.connection = connection
            note.record = forced.pushes.first?.record
        }
        return AuditEntry(id: IDSource.random.next(moment), at: moment, note: note)
    }
}
