public import CanonicalModel
internal import Postgres
public import SyncCore

/// Which record refers to which, so that children are found from their parent.
extension Records {
    /// One field of a record that refers to another record.
    public struct Reference: Hashable, Sendable {
        /// The record that refers.
        public var child: CanonicalID
        /// Its kind.
        public var entity: EntityKind
        /// The field that does.
        public var field: FieldName
        /// The record that is referred to.
        public var parent: CanonicalID

        /// Takes the parts.
        public init(child: CanonicalID, entity: EntityKind, field: FieldName, parent: CanonicalID) {
            self.child = child
            self.entity = entity
            self.field = field
            self.parent = parent
        }
    }

    /// What a change of records means for their references; most changes mean nothing.
    public struct ReferenceChange: Sendable {
        /// References that are new.
        public var added: Set<Reference> = []
        /// References that are no more.
        public var removed: Set<Reference> = []

        /// Nothing yet.
        public init() {}

        /// Adds what lies between two states of one record; `before` is nil for a new one.
        public mutating func add(from before: RecordState?, to after: RecordState) {
            let old = before.map(Self.references) ?? []
            let new = Self.references(of: after)
            guard old != new else { return }
            added.formUnion(new.subtracting(old))
            removed.formUnion(old.subtracting(new))
        }

        private static func references(of record: RecordState) -> Set<Reference> {
            Set(
                record.references.map {
                    Reference(child: record.id, entity: record.entity, field: $0.field, parent: $0.record)
                })
        }

        /// What is to be run: nothing where nothing changed.
        public var statements: [Statement<Void>] {
            var statements: [Statement<Void>] = []
            if !removed.isEmpty { statements.append(Records.remove(removed)) }
            if !added.isEmpty { statements.append(Records.add(added)) }
            return statements
        }
    }

    /// The children of records.
    public static func children(of parents: some Collection<CanonicalID>) -> Statement<[Reference]> {
        Statement(
            """
            select child, child_entity, field, parent from record_reference
            where parent = any(\(parents.sorted())) order by parent, child, field
            """, read: references)
    }

    /// What records refer to, in any field.
    public static func parents(of children: some Collection<CanonicalID>) -> Statement<[Reference]> {
        Statement(
            """
            select child, child_entity, field, parent from record_reference
            where child = any(\(children.sorted())) order by child, field, parent
            """, read: references)
    }

    /// What single fields of records refer to.
    public static func references(from fields: [(child: CanonicalID, field: FieldName)]) -> Statement<[Reference]> {
        Statement(
            """
            select child, child_entity, field, parent
            from unnest(\(fields.map(\.child)), \(fields.map(\.field))) as given(child, field)
            join record_reference using (child, field)
            order by child, field, parent
            """, read: references)
    }

    private static func references(_ result: PostgresResult) throws -> [Reference] {
        try result.map { row in
            Reference(
                child: try row[0, as: CanonicalID.self], entity: try row[1, as: EntityKind.self],
                field: try row[2, as: FieldName.self], parent: try row[3, as: CanonicalID.self])
        }
    }

    private static func add(_ references: Set<Reference>) -> Statement<Void> {
        let references = references.sorted { ($0.child, $0.field, $0.parent) < ($1.child, $1.field, $1.parent) }
        return Statement(
            """
            insert into record_reference (child, field, parent, child_entity)
            select * from unnest(
                \(references.map(\.child)), \(references.map(\.field)), \(references.map(\.parent)),
                \(references.map(\.entity)))
            on conflict do nothing
            """)
    }

    private static func remove(_ references: Set<Reference>) -> Statement<Void> {
        let references = references.sorted { ($0.child, $0.field, $0.parent) < ($1.child, $1.field, $1.parent) }
        return Statement(
            """
            delete from record_reference as r
            using unnest(\(references.map(\.child)), \(references.map(\.field)), \(references.map(\.parent)))
                as given(child, field, parent)
            where r.child = given.child and r.field = given.field and r.parent = given.parent
            """)
    }
}
