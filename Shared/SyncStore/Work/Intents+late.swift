public import CanonicalModel
internal import Postgres
public import SyncCore

/// Requests that may still be carried out though we have gone on without them.
extension Intents {
    /// For how long a request that nobody has seen an answer to may turn up: as long as anybody leaves a process stopped.
    private static let patience = Duration.seconds(86_400)

    /// The updates of objects of which an unanswered send may still be carried out, or may have been: those that nobody has
    /// settled yet among them.
    public static func late(of objects: some Collection<LinkKey>) -> Statement<[LinkKey: [Intent]]> {
        let objects = objects.sorted()
        return Statement(
            """
            select \(columns)
            from unnest(
                \(objects.map(\.connection)), \(objects.map(\.native.type)), \(objects.map(\.native.id)),
                \(objects.map(\.entity))) as given(connection, native_type, native_id, entity)
            join link l using (connection, native_type, native_id, entity)
            join intent i on i.connection = l.connection and i.record = l.record and i.entity = l.entity
            where l.state = 'active' and i.native_type = l.native_type and i.native_id = l.native_id
                and (i.state in ('open', 'unknown')
                    or (i.state = 'absent' or i.attempts > 1)
                        and i.settled_at > clock_timestamp() - \(SQL.interval(patience)))
            """
        ) { result in
            try result.reduce(into: [:]) { intents, row in
                let intent = try Intent(row)
                guard let native = intent.native else { return }
                let key = LinkKey(connection: intent.place.connection, native: native, entity: intent.place.entity)
                intents[key, default: []].append(intent)
            }
        }
    }

    /// A create that may be carried out after its record got another object.
    public struct LateCreate: Sendable, Hashable {
        /// Its intent.
        public var intent: CanonicalID
        /// The record.
        public var record: CanonicalID

        /// Takes the parts.
        public init(intent: CanonicalID, record: CanonicalID) {
            self.intent = intent
            self.record = record
        }
    }

    /// Of places whose records have an object there, the creates of which an unanswered send may still be carried out.
    public static func lateCreates(of places: some Collection<Place>) -> Statement<[Place: LateCreate]> {
        let places = places.sorted()
        return Statement(
            """
            select i.record, i.connection, i.entity, i.id
            from unnest(\(places.map(\.record)), \(places.map(\.connection)), \(places.map(\.entity)))
                as given(record, connection, entity)
            join intent i using (record, connection, entity)
            join link l using (record, connection, entity)
            where l.state = 'active' and l.native_id is not null
                and (i.state = 'absent' or i.attempts > 1) and i.native_id is null
                and i.state not in ('open', 'unknown') and i.settled_at > clock_timestamp() - \(SQL.interval(patience))
            """
        ) { result in
            try result.reduce(into: [:]) { creates, row in
                let place = Place(
                    record: try row[0, as: CanonicalID.self], connection: try row[1, as: ConnectionID.self],
                    entity: try row[2, as: EntityKind.self])
                creates[place] = LateCreate(intent: try row[3, as: CanonicalID.self], record: place.record)
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
