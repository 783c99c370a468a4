public import CanonicalModel
internal import Postgres
public import SyncCore

/// What people must decide.
public enum Proposals {
    /// A proposal as it is kept.
    public struct Listed: Sendable {
        /// What is proposed.
        public var proposal: Proposal
        /// `open`, `accepted`, `rejected` or `withdrawn`.
        public var state: String
        /// When it was raised.
        public var madeAt: Instant
    }

    /// Opens proposals; a second edit of the same field from the same side replaces the proposed value.
    public static func open(_ proposals: [Proposal]) throws(CodingFault) -> Statement<Void> {
        // The last one of a batch is what that side shows now; one statement may touch a row once.
        var last: [ProposalKey: Proposal] = [:]
        for proposal in proposals { last[proposal.key] = proposal }
        let proposals = last.values.sorted { $0.id < $1.id }
        var proposed: [[UInt8]] = []
        var current: [[UInt8]] = []
        for proposal in proposals {
            proposed.append(try written(proposal.proposed, proposal.key, of: proposal.entity))
            current.append(try written(proposal.current, proposal.key, of: proposal.entity))
        }
        return Statement(
            """
            insert into proposal (
                id, kind, record, entity, field, connection, proposed, current, reason, event, correlation, changed_at)
            select * from unnest(
                \(proposals.map(\.id)), \(proposals.map(\.kind.rawValue)), \(proposals.map(\.key.record)),
                \(proposals.map(\.entity)), \(proposals.map(\.key.field)), \(proposals.map(\.key.connection)),
                \(proposed), \(current),
                \(proposals.map(\.reason)), \(proposals.map(\.event)), \(proposals.map(\.correlation)),
                \(proposals.map(\.changedAt)))
            on conflict (record, field, connection) where state = 'open' do update set
                kind = excluded.kind, proposed = excluded.proposed, current = excluded.current,
                reason = excluded.reason, event = excluded.event, correlation = excluded.correlation,
                changed_at = excluded.changed_at
            """)
    }

    /// Withdraws open proposals whose side shows the owner's value again.
    public static func withdraw(_ keys: [ProposalKey]) -> Statement<Void> {
        Statement(
            """
            update proposal as p set state = 'withdrawn', decided_at = now()
            from unnest(\(keys.map(\.record)), \(keys.map(\.field)), \(keys.map(\.connection)))
                as given(record, field, connection)
            where p.record = given.record and p.field = given.field and p.connection = given.connection
                and p.state = 'open'
            """)
    }

    /// The open proposals of records.
    public static func openKeys(of records: some Collection<CanonicalID>) -> Statement<Set<ProposalKey>> {
        Statement(
            """
            select record, field, connection from proposal where record = any(\(records.sorted())) and state = 'open'
            """
        ) { result in
            Set(
                try result.map { row in
                    ProposalKey(
                        record: try row[0, as: CanonicalID.self], field: try row[1, as: FieldName.self],
                        connection: try row[2, as: ConnectionID.self])
                })
        }
    }

    /// Proposals of a record, oldest first; all records' where none is given.
    public static func list(of record: CanonicalID?, limit: Int = 200) -> Statement<[Listed]> {
        let scope: SQL = record.map { "where record = \($0)" } ?? ""
        return Statement(
            "select \(columns) from proposal \(scope) order by id limit \(limit)", read: listed)
    }

    static let columns: SQL = """
        id, kind, record, field, connection, entity, proposed, current, reason, event, changed_at, correlation, state, made_at
        """

    static func listed(_ result: PostgresResult) throws -> [Listed] {
        try result.compactMap { row in
            guard let kind = Proposal.Kind(rawValue: try row[1, as: String.self]) else { return nil }
            let key = ProposalKey(
                record: try row[2, as: CanonicalID.self], field: try row[3, as: FieldName.self],
                connection: try row[4, as: ConnectionID.self])
            let entity = try row[5, as: EntityKind.self]
            let type = ModelCatalog.field(key.field, of: entity)?.type
            let proposal = Proposal(
                id: try row[0, as: CanonicalID.self], kind: kind, key: key, entity: entity,
                proposed: try read(row[6, as: [UInt8].self], as: type),
                current: try read(row[7, as: [UInt8].self], as: type), reason: try row[8, as: String.self],
                event: try row[9, as: CanonicalID.self], changedAt: try row[10, as: Instant.self],
                correlation: try row[11, as: CanonicalID.self])
            return Listed(
                proposal: proposal, state: try row[12, as: String.self], madeAt: try row[13, as: Instant.self])
        }
    }

    private static func written(_ value: PatchValue, _ key: ProposalKey, of entity: EntityKind) throws(CodingFault)
        -> [UInt8]
    {
        guard let value = value.value else { return [] }
        return try FieldCoding.encode(value, as: ModelCatalog.field(key.field, of: entity)?.type ?? fallback(value))
    }

    private static func fallback(_ value: FieldValue) -> FieldType {
        if case .flag = value { .flag } else { .notes }
    }

    private static func read(_ bytes: [UInt8], as type: FieldType?) throws -> PatchValue {
        guard !bytes.isEmpty else { return .clear }
        // Fields that are no fields of the model (`archived`, `external_id`) hold a flag or words.
        guard let type else {
            return .set(try (try? FieldCoding.decode(bytes, as: .flag)) ?? FieldCoding.decode(bytes, as: .notes))
        }
        return .set(try FieldCoding.decode(bytes, as: type))
    }
}
