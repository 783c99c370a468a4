public import CanonicalModel
internal import Postgres

/// What letters are about, in the business's words: read from the records around them, for many letters at once.
public enum LetterContexts {
    /// A record with the values that may be shown, by field.
    public struct Shown: Sendable {
        /// The record.
        public var id: CanonicalID
        /// Its kind.
        public var entity: EntityKind
        /// Its values; of a protected one, its class, unless the whole record was asked for.
        public var fields: JSONValue
    }

    /// The records that objects stand for.
    public static func records(
        of objects: [(connection: ConnectionID, native: NativeReference)]
    ) -> Statement<[(connection: ConnectionID, native: NativeReference, record: CanonicalID, entity: EntityKind)]> {
        Statement(
            """
            select l.connection, l.native_type, l.native_id, l.record, l.entity
            from unnest(
                \(objects.map(\.connection)), \(objects.map(\.native.type)), \(objects.map(\.native.id))
            ) as given(connection, native_type, native_id)
            join link l using (connection, native_type, native_id)
            order by l.connection, l.native_type, l.native_id, l.entity
            """
        ) { result in
            try result.map { row in
                (
                    try row[0, as: ConnectionID.self],
                    NativeReference(type: try row[1, as: String.self], id: try row[2, as: String.self]),
                    try row[3, as: CanonicalID.self], try row[4, as: EntityKind.self]
                )
            }
        }
    }

    /// Records as they may be shown.
    ///
    /// - Parameter whole: with protected values, to which the role must have the right.
    public static func shown(
        _ records: some Collection<CanonicalID>, whole: Bool
    ) -> Statement<[CanonicalID: Shown]> {
        let fields: SQL =
            whole
            ? """
            (select jsonb_object_agg(f.key, f.value -> 'v')
                from jsonb_each(convert_from(body, 'UTF8')::jsonb -> 'fields') f)
            """ : "fields"
        let table: SQL = whole ? "record" : "record_shown"
        return Statement("select id, entity, (\(fields))::text from \(table) where id = any(\(records.sorted()))") {
            result in
            try result.reduce(into: [:]) { shown, row in
                let id = try row[0, as: CanonicalID.self]
                let text = try row[2, as: String?.self]
                shown[id] = Shown(
                    id: id, entity: try row[1, as: EntityKind.self],
                    fields: try text.map { try JSONValue(parsing: Array($0.utf8)) } ?? .null)
            }
        }
    }
}
