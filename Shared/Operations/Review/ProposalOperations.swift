public import CanonicalModel
public import Postgres
internal import SyncCore
internal import SyncStore

/// Shows what people must decide.
public struct ProposalOperations: Sendable {
    private let pool: PostgresPool

    /// Takes the database.
    public init(_ pool: PostgresPool) {
        self.pool = pool
    }

    /// The kinds of decision, in the words that proposals show.
    public static var kinds: [String] { Proposal.Kind.allCases.map(\.rawValue) }

    /// Which proposals are wanted; nil does not restrict.
    public struct Query: Sendable {
        /// Of this record.
        public var record: CanonicalID?
        /// By people of this connection.
        public var connection: ConnectionID?
        /// Of this kind of record.
        public var entity: EntityKind?
        /// Of this kind, in the word that proposals show.
        public var kind: String?
        /// Whether also those that were decided.
        public var all = false
        /// The most that are given.
        public var limit = 50

        /// Every open proposal.
        public init() {}
    }

    /// A proposal as people see it.
    public struct Listed: Sendable, Hashable {
        /// Its id.
        public var id: CanonicalID
        /// What kind of decision it is.
        public var kind: String
        /// The record.
        public var record: CanonicalID
        /// The kind of record.
        public var entity: EntityKind
        /// The field.
        public var field: String
        /// Whose people made the edit.
        public var connection: ConnectionID
        /// The value that they wish, in its written form.
        public var proposed: String
        /// The value that holds, in its written form.
        public var current: String
        /// Why it was not simply applied.
        public var reason: String
        /// When the edit was made in its system.
        public var changedAt: Instant
        /// Since when it waits.
        public var madeAt: Instant
        /// `open`, `accepted`, `rejected` or `withdrawn`.
        public var state: String
        /// The event that brought it.
        public var event: CanonicalID
        /// The correlation of the event.
        public var correlation: CanonicalID

        /// For people, everything.
        public var text: String {
            """
            proposal     \(id) (\(state))
            kind         \(kind)
            record       \(entity.rawValue) \(record)
            field        \(field)
            proposed     \(proposed)
            by           people of \(connection), \(Wording.second(changedAt))
            holds now    \(current)
            waits since  \(Wording.second(madeAt))
            why          \(reason)
            event        \(event), correlation \(correlation)
            """
        }

        /// For programs.
        public var json: JSONValue {
            [
                "id": .string(id.description), "kind": .string(kind), "state": .string(state),
                "record": .string(record.description), "entity": .string(entity.rawValue), "field": .string(field),
                "connection": .string(connection.name), "proposed": .string(proposed), "current": .string(current),
                "reason": .string(reason), "changed_at": .moment(changedAt), "made_at": .moment(madeAt),
                "event": .string(event.description), "correlation": .string(correlation.description),
            ]
        }
    }

    /// Proposals, longest waiting first.
    ///
    /// - Throws: `OperationFailure` for a kind that there is not.
    public func list(_ query: Query) async throws -> [Listed] {
        var filter = Proposals.Filter()
        filter.record = query.record
        filter.connection = query.connection
        filter.entity = query.entity
        filter.kind = try Wording.read(query.kind, as: Proposal.Kind.self)
        filter.isOpen = !query.all
        filter.limit = query.limit
        return try await pool.run(Proposals.list(filter)).map(Self.listed)
    }

    /// One proposal; nil where there is none.
    public func show(_ id: CanonicalID) async throws -> Listed? {
        try await pool.run(Proposals.find(id)).map(Self.listed)
    }

    /// Proposals for people, one in three lines.
    public static func text(_ proposals: [Listed]) -> String {
        guard !proposals.isEmpty else { return "nothing waits for a decision" }
        return proposals.map { proposal in
            """
            \(proposal.id)  \(proposal.kind)  \(proposal.entity.rawValue).\(proposal.field)  \
            record \(proposal.record)  since \(Wording.second(proposal.madeAt))\(proposal.state == "open" ? "" : "  (\(proposal.state))")
                \(proposal.connection) wishes  \(Wording.short(proposal.proposed, 100))
                what holds now  \(Wording.short(proposal.current, 100))
            """
        }.joined(separator: "\n")
    }

    private static func listed(_ listed: Proposals.Listed) -> Listed {
        let proposal = listed.proposal
        let key = proposal.key
        return Listed(
            id: proposal.id, kind: proposal.kind.rawValue, record: key.record, entity: proposal.entity,
            field: key.field.name, connection: key.connection,
            proposed: Wording.value(proposal.proposed, key.field, of: proposal.entity),
            current: Wording.value(proposal.current, key.field, of: proposal.entity), reason: proposal.reason,
            changedAt: proposal.changedAt, madeAt: listed.madeAt, state: listed.state, event: proposal.event,
            correlation: proposal.correlation)
    }
}
