public import CanonicalModel
public import Postgres
public import SyncCore

/// What waits for a parent.
///
/// Parking: take the parent's lock (`Park.Parent.lock`), look whether it is linked by now, and park only if it is not;
/// the message is parked, or the work set waiting, in the same transaction. Linking: take the same lock, link, and
/// release in the same transaction. So no wait outlives its parent's link. A sweep joins the two all the same.
public enum Parks {
    /// What a release has brought back.
    public struct Released: Sendable, Hashable {
        /// Messages that are open again, due at once for any relay.
        public var messages: Set<CanonicalID>
        /// Work that is ready again.
        public var work: Int

        /// Takes the parts.
        public init(messages: Set<CanonicalID> = [], work: Int = 0) {
            self.messages = messages
            self.work = work
        }
    }

    /// A park with its times.
    public struct Waiting: Sendable, Hashable {
        /// What waits for what.
        public var park: Park
        /// Since when.
        public var since: Instant
        /// Until when it may.
        public var deadline: Instant
    }

    /// Parks, under the parents' locks; what waits for the same parent already goes on waiting.
    ///
    /// - Parameter deadline: how long it may wait before a person is told.
    public static func park(_ parks: [Park], deadline: Duration) -> Statement<Void> {
        Statement(
            """
            insert into park (
                id, connection, parent_type, parent_id, parent_entity, parent_record, message, record, entity, cause,
                deadline)
            select given.*, \(SQL.after(deadline))
            from unnest(
                \(parks.map(\.id)), \(parks.map(\.parent.connection)), \(parks.map(\.object?.native.type)),
                \(parks.map(\.object?.native.id)), \(parks.map(\.parent.entity)), \(parks.map(\.place?.record)),
                \(parks.map(\.message)), \(parks.map(\.work?.record)), \(parks.map(\.work?.entity)),
                \(parks.map(\.cause))) as given
            on conflict do nothing
            """)
    }

    /// Brings back what waits for objects, in the transaction that links them and under their locks.
    ///
    /// Whatever waited for several parents is judged again at the first; it parks again for the others.
    public static func release(linked keys: some Collection<LinkKey>) -> Statement<Released> {
        let keys = keys.sorted()
        return release(
            """
            select p.id, p.message, p.connection, p.record, p.entity
            from unnest(
                \(keys.map(\.connection)), \(keys.map(\.native.type)), \(keys.map(\.native.id)), \(keys.map(\.entity))
            ) as given(connection, parent_type, parent_id, parent_entity)
            join park p using (connection, parent_type, parent_id, parent_entity)
            """)
    }

    /// Brings back what waits for records' places, in the transaction that links them and under their locks.
    public static func release(placed places: some Collection<Place>) -> Statement<Released> {
        let places = places.sorted()
        return release(
            """
            select p.id, p.message, p.connection, p.record, p.entity
            from unnest(\(places.map(\.connection)), \(places.map(\.record))) as given(connection, parent_record)
            join park p using (connection, parent_record)
            """)
    }

    /// Ends waits without bringing anything back, such as those that a dead letter has taken over.
    public static func remove(_ ids: some Collection<CanonicalID>) -> Statement<Int> {
        .counting("delete from park where id = any(\(ids.sorted()))")
    }

    /// What has waited beyond its deadline, longest first.
    public static func overdue(limit: Int) -> Statement<[Waiting]> {
        Statement(
            "select \(columns) from park p where deadline < clock_timestamp() order by deadline limit \(limit)",
            read: waiting)
    }

    /// What a message or a record's work waits for.
    public static func find(_ waiter: Park.Waiter) -> Statement<[Waiting]> {
        switch waiter {
        case .message(let id):
            Statement("select \(columns) from park p where message = \(id) order by id", read: waiting)
        case .work(let place):
            Statement(
                """
                select \(columns) from park p
                where record = \(place.record) and connection = \(place.connection) and entity = \(place.entity)
                order by id
                """, read: waiting)
        }
    }

    /// Brings back what waits for something that is linked, which should be nothing; and work that waits for nothing.
    ///
    /// - Returns: what came back. More than nothing is a fault that deserves a warning in the log.
    public static func sweep(limit: Int = 500, on pool: PostgresPool) async throws -> Released {
        try await pool.withTransaction { transaction in
            let linked: Statement<[Park.Parent]> = Statement(
                """
                select \(columns) from park p
                where exists (
                        select from link l where l.connection = p.connection and l.native_type = p.parent_type
                            and l.native_id = p.parent_id and l.entity = p.parent_entity)
                    or exists (
                        select from link l where l.connection = p.connection and l.record = p.parent_record
                            and l.state = 'active')
                order by id limit \(limit)
                """
            ) { result in try waiting(result).map(\.park.parent) }
            let parents = try await transaction.run(linked)
            let objects = Set(parents.compactMap { if case .object(let key) = $0 { key } else { nil } })
            let places = Set(parents.compactMap { if case .place(let place) = $0 { place } else { nil } })
            let (_, first, second, idle) = try await transaction.run(
                AdvisoryLock.take(parents.map(\.lock)), release(linked: objects), release(placed: places),
                Statement.counting(
                    """
                    update work as w set state = 'ready', due_at = clock_timestamp(), updated_at = clock_timestamp()
                    where w.state = 'waiting' and not exists (
                        select from park p
                        where p.record = w.record and p.connection = w.connection and p.entity = w.entity)
                    """))
            return Released(
                messages: first.messages.union(second.messages), work: first.work + second.work + idle)
        }
    }

    private static let columns: SQL = """
        p.id, p.connection, p.parent_type, p.parent_id, p.parent_entity, p.parent_record, p.message, p.record, p.entity,
        p.cause, p.parked_at, p.deadline
        """

    private static func release(_ hit: SQL) -> Statement<Released> {
        Statement(
            """
            with hit as materialized (
                \(hit)
            ), opened as materialized (
                select m.id from message m
                where m.id in (select message from hit where message is not null) and m.status = 3
                order by m.id for no key update
            ), reopened as (
                update message as m set status = 0, generation = m.generation + 1, publications = 0,
                    lease_until = clock_timestamp()
                from opened where m.id = opened.id
                returning m.id
            ), readied as (
                update work as w set state = 'ready', due_at = clock_timestamp(), updated_at = clock_timestamp()
                from (select distinct connection, record, entity from hit where record is not null) as h
                where w.connection = h.connection and w.record = h.record and w.entity = h.entity
                    and w.state in ('waiting', 'done')
                returning 1
            ), ended as (
                delete from park where id in (select id from hit)
                    or message in (select message from hit where message is not null)
            )
            select coalesce((select array_agg(id) from reopened), '{}'), (select count(*) from readied)
            """
        ) { result in
            Released(messages: Set(try result[0][0, as: [CanonicalID].self]), work: try result[0][1, as: Int.self])
        }
    }

    private static func waiting(_ result: PostgresResult) throws -> [Waiting] {
        try result.map { row in
            let connection = try row[1, as: ConnectionID.self]
            let entity = try row[4, as: EntityKind.self]
            let parent: Park.Parent =
                if let record = try row[5, as: CanonicalID?.self] {
                    .place(Place(record: record, connection: connection, entity: entity))
                } else {
                    .object(
                        LinkKey(
                            connection: connection,
                            native: NativeReference(type: try row[2, as: String.self], id: try row[3, as: String.self]),
                            entity: entity))
                }
            let waiter: Park.Waiter =
                if let message = try row[6, as: CanonicalID?.self] {
                    .message(message)
                } else {
                    .work(
                        Place(
                            record: try row[7, as: CanonicalID.self], connection: connection,
                            entity: try row[8, as: EntityKind.self]))
                }
            return Waiting(
                park: Park(
                    id: try row[0, as: CanonicalID.self], waiter, for: parent, cause: try row[9, as: String.self]),
                since: try row[10, as: Instant.self], deadline: try row[11, as: Instant.self])
        }
    }
}
