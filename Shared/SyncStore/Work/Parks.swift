public import CanonicalModel
internal import Postgres
public import SyncCore

/// What waits for a parent: events for the link of an object, work for the link of a record.
public enum Parks {
    /// An event that waits.
    public struct Event: Sendable {
        /// The row's id.
        public var id: CanonicalID
        /// The message, whose row has status parked.
        public var message: CanonicalID
        /// The object that nobody knows yet.
        public var parent: LinkKey
        /// Why it waits, in words.
        public var cause: String

        /// Takes the parts.
        public init(id: CanonicalID, message: CanonicalID, parent: LinkKey, cause: String) {
            self.id = id
            self.message = message
            self.parent = parent
            self.cause = cause
        }
    }

    /// Work that waits.
    public struct Work: Sendable {
        /// The row's id.
        public var id: CanonicalID
        /// The work.
        public var place: Place
        /// The record that must be linked in the same connection.
        public var parent: Place
        /// Why it waits, in words.
        public var cause: String

        /// Takes the parts.
        public init(id: CanonicalID, place: Place, parent: Place, cause: String) {
            self.id = id
            self.place = place
            self.parent = parent
            self.cause = cause
        }
    }

    /// Parks events; the caller holds the locks of the parents' objects and has looked for their links under them.
    public static func park(_ events: [Event], deadline: Duration) -> Statement<Void> {
        Statement(
            """
            insert into park (id, connection, parent_type, parent_id, parent_entity, message, cause, deadline)
            select id, connection, type, native, entity, message, cause, \(SQL.after(deadline))
            from unnest(
                \(events.map(\.id)), \(events.map(\.parent.connection)), \(events.map(\.parent.native.type)),
                \(events.map(\.parent.native.id)), \(events.map(\.parent.entity)), \(events.map(\.message)),
                \(events.map(\.cause))
            ) as given(id, connection, type, native, entity, message, cause)
            on conflict do nothing
            """)
    }

    /// Parks work; the caller holds the locks of the parents' places and has looked for their links under them.
    public static func park(_ work: [Work], deadline: Duration) -> Statement<Void> {
        Statement(
            """
            insert into park (id, connection, parent_entity, parent_record, record, entity, cause, deadline)
            select id, connection, parent_entity, parent, record, entity, cause, \(SQL.after(deadline))
            from unnest(
                \(work.map(\.id)), \(work.map(\.place.connection)), \(work.map(\.parent.entity)),
                \(work.map(\.parent.record)), \(work.map(\.place.record)), \(work.map(\.place.entity)),
                \(work.map(\.cause))
            ) as given(id, connection, parent_entity, parent, record, entity, cause)
            on conflict do nothing
            """)
    }

    /// Sets free what waits for objects that are linked now: their messages are to be published again, with the next
    /// generation.
    ///
    /// The caller holds the objects' locks.
    public static func release(linked keys: [LinkKey]) -> Statement<Set<CanonicalID>> {
        Statement(
            """
            with freed as (
                delete from park p
                using unnest(
                    \(keys.map(\.connection)), \(keys.map(\.native.type)), \(keys.map(\.native.id)),
                    \(keys.map(\.entity))) as given(connection, type, native, entity)
                where p.connection = given.connection and p.parent_type = given.type
                    and p.parent_id = given.native and p.parent_entity = given.entity
                returning p.message
            )
            update message m set status = 0, generation = m.generation + 1, publications = 0,
                lease_until = clock_timestamp()
            from (select distinct message from freed where message is not null) f
            where m.id = f.message and m.status = 3
            returning m.id
            """, read: MessageTable.ids)
    }

    /// Sets free work that waits for records that are linked now.
    ///
    /// The caller holds the places' locks.
    public static func release(placed places: [Place]) -> Statement<Int> {
        .counting(
            """
            with freed as (
                delete from park p
                using unnest(\(places.map(\.connection)), \(places.map(\.record)), \(places.map(\.entity)))
                    as given(connection, record, entity)
                where p.connection = given.connection and p.parent_record = given.record
                    and p.parent_entity = given.entity
                returning p.connection, p.record, p.entity
            )
            update work w set state = 'ready', due_at = clock_timestamp()
            from (select distinct * from freed) f
            where w.connection = f.connection and w.record = f.record and w.entity = f.entity
                and w.state in ('waiting', 'done')
            """)
    }

    /// Joins what waits with what is linked already: the sweeper's net below the locks.
    public static var sweep: [Statement<Int>] {
        [
            .counting(
                """
                with freed as (
                    delete from park p using link l
                    where p.parent_id is not null and l.connection = p.connection and l.native_type = p.parent_type
                        and l.native_id = p.parent_id and l.entity = p.parent_entity and l.state <> 'pending'
                    returning p.message
                )
                update message m set status = 0, generation = m.generation + 1, publications = 0,
                    lease_until = clock_timestamp()
                from (select distinct message from freed where message is not null) f
                where m.id = f.message and m.status = 3
                """),
            .counting(
                """
                with freed as (
                    delete from park p using link l
                    where p.parent_record is not null and l.connection = p.connection and l.record = p.parent_record
                        and l.entity = p.parent_entity and l.state = 'active'
                    returning p.connection, p.record, p.entity
                )
                update work w set state = 'ready', due_at = clock_timestamp()
                from (select distinct * from freed) f
                where w.connection = f.connection and w.record = f.record and w.entity = f.entity
                    and w.state in ('waiting', 'done')
                """),
        ]
    }
}
