public import CanonicalModel
internal import Postgres
public import SyncCore

/// Requests that may still be carried out though we have gone on without them.
extension Intents {
    /// For how long a request that nobody has seen an answer to may turn up: as long as anybody leaves a process stopped.
    private static let patience = Duration.seconds(86_400)

    /// The updates of objects of which an unanswered send may still be carried out, or may have been: those that nobody has
    /// settled yet among them.
    ///
    /// Of objects that nobody has seen yet also the creates that were believed absent: one of them may have made it.
    public static func late(of objects: some Collection<LinkKey>) -> Statement<[LinkKey: [Intent]]> {
        let objects = objects.sorted()
        return Statement(
            """
            with object as (
                select l.* from unnest(
                    \(objects.map(\.connection)), \(objects.map(\.native.type)), \(objects.map(\.native.id)),
                    \(objects.map(\.entity))) as given(connection, native_type, native_id, entity)
                join link l using (connection, native_type, native_id, entity) where l.state = 'active'
            )
            select \(columns), l.native_type, l.native_id from object l
            join intent i on i.connection = l.connection and i.record = l.record and i.entity = l.entity
            where (i.state = 'absent' or i.attempts > 1)
                and i.native_type = l.native_type and i.native_id = l.native_id
                and i.state not in ('open', 'unknown') and i.settled_at > clock_timestamp() - \(SQL.interval(patience))
            union all
            select \(columns), l.native_type, l.native_id from object l
            join intent i on i.connection = l.connection and i.record = l.record and i.entity = l.entity
            where i.state in ('open', 'unknown') and i.native_type = l.native_type and i.native_id = l.native_id
            union all
            select \(columns), l.native_type, l.native_id from object l
            join shadow s using (connection, native_type, native_id, entity)
            join intent i on i.connection = l.connection and i.record = l.record and i.entity = l.entity
            where s.read_at = \(Shadow.assumed) and i.state = 'absent' and i.native_id is null
                and i.settled_at > clock_timestamp() - \(SQL.interval(patience))
            """
        ) { result in
            try result.reduce(into: [:]) { intents, row in
                let intent = try Intent(row)
                let native = NativeReference(type: try row[16, as: String.self], id: try row[17, as: String.self])
                let key = LinkKey(connection: intent.place.connection, native: native, entity: intent.place.entity)
                intents[key, default: []].append(intent)
            }
        }
    }

    /// A create that may be carried out after we have gone on without it.
    public struct LateCreate: Sendable, Hashable {
        /// Its intent.
        public var intent: CanonicalID
        /// The record.
        public var record: CanonicalID
        /// Whether another object stands for the record by now; else nobody can tell yet which one will.
        public var isReplaced: Bool

        /// Takes the parts.
        public init(intent: CanonicalID, record: CanonicalID, isReplaced: Bool = true) {
            self.intent = intent
            self.record = record
            self.isReplaced = isReplaced
        }
    }

    /// Of objects that bear the id of a record for which they do not stand, the creates that may have come late.
    ///
    /// That the other one is another one is asked here, and not concluded from an earlier look: the object's own link may
    /// be made in between, and it would be taken for the late one.
    public static func lateCreates(of objects: [LinkKey: CanonicalID]) -> Statement<[LinkKey: LateCreate]> {
        let objects = objects.sorted { $0.key < $1.key }
        return Statement(
            """
            select given.connection, given.native_type, given.native_id, given.entity, i.id, i.record,
                l.native_id is not null
            from unnest(
                \(objects.map(\.key.connection)), \(objects.map(\.key.native.type)), \(objects.map(\.key.native.id)),
                \(objects.map(\.key.entity)), \(objects.map(\.value)))
                as given(connection, native_type, native_id, entity, record)
            join intent i using (record, connection, entity)
            left join link l on l.record = i.record and l.connection = i.connection and l.entity = i.entity
                and l.state = 'active'
            where (l.native_id is null or (l.native_type, l.native_id) <> (given.native_type, given.native_id))
                and (i.state = 'absent' or i.attempts > 1) and i.native_id is null
                and i.state not in ('open', 'unknown') and i.settled_at > clock_timestamp() - \(SQL.interval(patience))
            """
        ) { result in
            try result.reduce(into: [:]) { creates, row in
                let native = NativeReference(type: try row[1, as: String.self], id: try row[2, as: String.self])
                let key = LinkKey(
                    connection: try row[0, as: ConnectionID.self], native: native,
                    entity: try row[3, as: EntityKind.self])
                creates[key] = LateCreate(
                    intent: try row[4, as: CanonicalID.self], record: try row[5, as: CanonicalID.self],
                    isReplaced: try row[6, as: Bool.self])
            }
        }
    }

    /// Notes that one of the unanswered sends of each has come: of those there is one less to reckon with.
    public static func came(_ ids: Set<CanonicalID>) -> Statement<Void> {
        Statement(
            """
            update intent set
                attempts = greatest(attempts - 1, 1),
                state = case when state = 'absent' and attempts = 1 then 'done' else state end
            where id = any(\(ids.sorted()))
            """)
    }
}
