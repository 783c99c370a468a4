public import CanonicalModel
internal import Postgres
public import SyncCore

/// Which object of which connection stands for which record.
///
/// Whoever makes a link takes `locks(for:)` first, then looks again, then links: so that two who meet the same person in
/// two systems at once end at one record.
public enum IdentityMap {
    private static let columns: SQL = "l.id, l.connection, l.native_type, l.native_id, l.entity, l.record, l.state"

    /// The links of objects, whatever their state.
    public static func find(_ keys: some Collection<LinkKey>) -> Statement<[LinkKey: Link]> {
        let keys = keys.sorted()
        return Statement(
            """
            select \(columns)
            from unnest(
                \(keys.map(\.connection)), \(keys.map(\.native.type)), \(keys.map(\.native.id)), \(keys.map(\.entity))
            ) as given(connection, native_type, native_id, entity)
            join link l using (connection, native_type, native_id, entity)
            """
        ) { result in
            try result.reduce(into: [:]) { links, row in
                let link = try Link(row)
                if let key = link.key { links[key] = link }
            }
        }
    }

    /// Where records are: the active and pending links.
    public static func places(of records: some Collection<CanonicalID>) -> Statement<[Link]> {
        Statement(
            """
            select \(columns) from link l
            where l.record = any(\(records.sorted())) and l.state in ('pending', 'active')
            order by l.record, l.connection, l.entity
            """, read: links)
    }

    /// The active and pending links of records in one connection.
    public static func places(_ places: some Collection<Place>) -> Statement<[Place: Link]> {
        let places = places.sorted()
        return Statement(
            """
            select \(columns)
            from unnest(\(places.map(\.record)), \(places.map(\.connection)), \(places.map(\.entity)))
                as given(record, connection, entity)
            join link l using (record, connection, entity)
            where l.state in ('pending', 'active')
            """
        ) { result in
            try result.reduce(into: [:]) { links, row in
                let link = try Link(row)
                links[link.place] = link
            }
        }
    }

    /// Every link that a record has or had.
    public static func history(of record: CanonicalID) -> Statement<[Link]> {
        Statement(
            """
            select \(columns) from link l where l.record = \(record) and l.state in ('pending', 'active')
            union all
            select \(columns) from link l where l.record = \(record) and l.state in ('alias', 'tombstone')
            order by 1
            """, read: links)
    }

    /// The locks under which links may be made: of the objects, of the records' places, and of the ids that objects bear.
    public static func locks(
        objects: some Sequence<LinkKey> = [], places: some Sequence<Place> = [],
        externalIDs: some Sequence<CanonicalID> = []
    ) -> [AdvisoryLock] {
        objects.map(AdvisoryLock.object) + places.map { .place($0.record, in: $0.connection) }
            + externalIDs.map(AdvisoryLock.externalID)
    }

    /// Makes links, pending or not, under their locks.
    ///
    /// - Returns: the ids of the links that were made. Each other one met an object that is linked already, or a record
    ///   that has a place there already; look it up again to see which.
    public static func insert(_ links: [Link]) -> Statement<Set<CanonicalID>> {
        Statement(
            """
            insert into link (id, connection, native_type, native_id, entity, record, state)
            select * from unnest(
                \(links.map(\.id)), \(links.map(\.connection)), \(links.map(\.nativeType)), \(links.map(\.nativeID)),
                \(links.map(\.entity)), \(links.map(\.record)), \(links.map(\.state)))
            on conflict do nothing
            returning id
            """, read: MessageTable.ids)
    }

    /// Makes links, or demands that each of them is there already just so (`linkTaken`).
    public static func require(_ links: [Link]) -> Statement<Void> {
        Statement(
            """
            with given as materialized (
                select * from unnest(
                    \(links.map(\.id)), \(links.map(\.connection)), \(links.map(\.nativeType)),
                    \(links.map(\.nativeID)), \(links.map(\.entity)), \(links.map(\.record)), \(links.map(\.state))
                ) as g(id, connection, native_type, native_id, entity, record, state)
            ), made as (
                insert into link (id, connection, native_type, native_id, entity, record, state)
                select * from given on conflict do nothing returning id
            )
            select demand(
                count(*) = (select count(*) from made) + (
                    select count(*) from given join link using (connection, native_type, native_id, entity, record)
                    where link.state = given.state),
                'link_taken')
            from given
            """)
    }

    /// Gives pending links the object that was made, under the locks of both.
    ///
    /// - Parameter links: with record, connection, entity and the object; ids and states are not looked at.
    /// - Returns: the places whose link is active now. Each other one has no pending link, or its object is linked already.
    public static func activate(_ links: [Link]) -> Statement<Set<Place>> {
        Statement(
            """
            update link as l set state = 'active', native_type = given.native_type, native_id = given.native_id
            from unnest(
                \(links.map(\.record)), \(links.map(\.connection)), \(links.map(\.entity)), \(links.map(\.nativeType)),
                \(links.map(\.nativeID))
            ) as given(record, connection, entity, native_type, native_id)
            where l.record = given.record and l.connection = given.connection and l.entity = given.entity
                and l.state = 'pending' and given.native_id is not null
                and not exists (
                    select from link o where o.connection = given.connection and o.native_type = given.native_type
                        and o.native_id = given.native_id and o.entity = given.entity)
            returning l.record, l.connection, l.entity
            """
        ) { result in
            Set(
                try result.map { row in
                    Place(
                        record: try row[0, as: CanonicalID.self], connection: try row[1, as: ConnectionID.self],
                        entity: try row[2, as: EntityKind.self])
                })
        }
    }

    /// Takes pending links back, whose create was not carried out.
    public static func withdraw(pending places: [Place]) -> Statement<Int> {
        let places = places.sorted()
        return .counting(
            """
            delete from link as l
            using unnest(\(places.map(\.record)), \(places.map(\.connection)), \(places.map(\.entity)))
                as given(record, connection, entity)
            where l.record = given.record and l.connection = given.connection and l.entity = given.entity
                and l.state = 'pending'
            """)
    }

    /// Sets what links say: an object that was merged away becomes an alias, one that is gone a tombstone.
    ///
    /// To make a link active again, the record's place there must be free.
    ///
    /// - Returns: how many links there were.
    public static func set(_ state: Link.State, of keys: some Collection<LinkKey>) -> Statement<Int> {
        let keys = keys.sorted()
        return .counting(
            """
            update link as l set state = \(state)
            from unnest(
                \(keys.map(\.connection)), \(keys.map(\.native.type)), \(keys.map(\.native.id)), \(keys.map(\.entity))
            ) as given(connection, native_type, native_id, entity)
            where l.connection = given.connection and l.native_type = given.native_type
                and l.native_id = given.native_id and l.entity = given.entity
            """)
    }

    private static func links(_ result: PostgresResult) throws -> [Link] {
        try result.map(Link.init)
    }
}

extension Link {
    fileprivate init(_ row: PostgresRow) throws {
        self.init(
            id: try row[0, as: CanonicalID.self], connection: try row[1, as: ConnectionID.self],
            nativeType: try row[2, as: String.self], nativeID: try row[3, as: String?.self],
            entity: try row[4, as: EntityKind.self], record: try row[5, as: CanonicalID.self],
            state: try row[6, as: State.self])
    }
}
