public import CanonicalModel
internal import Postgres

/// Letters that something newer has settled, which nobody had told them.
extension DeadLetters {
    /// Closes letters about objects that were read since they failed.
    public static func resolveRead(limit: Int) -> Statement<Int> {
        .counting(
            """
            with over as materialized (
                select l.id from dead_letter l
                where l.source = 'read' and l.state = 'open'
                    and exists (
                        select from shadow s where s.connection = l.connection and s.native_type = l.native_type
                            and s.native_id = l.native_id and s.read_at > l.last_failed_at)
                    and not exists (
                        select from dirty d where d.connection = l.connection and d.native_type = l.native_type
                            and d.native_id = l.native_id)
                order by l.subject collate "C" limit \(limit)
                for no key update of l skip locked
            )
            update dead_letter as l set state = 'resolved', closed_at = clock_timestamp(),
                closing = 'the object was read since'
            from over where l.id = over.id
            """)
    }

    /// Closes letters of work that will never be sent: of records that went on in others, and for effects that were
    /// cancelled.
    ///
    /// An effect that is still wanted keeps its letter.
    public static func resolveEndedWork(limit: Int) -> Statement<Int> {
        .counting(
            """
            with over as materialized (
                select l.id, r.merged_into is not null as is_merged
                from dead_letter l
                join work w on w.connection = l.connection and w.record = l.record and w.entity = l.entity
                left join record r on r.id = l.record
                left join effect e on e.id = w.effect
                where l.source = 'work' and l.state = 'open' and w.state in ('dead', 'done')
                    and (e.state = 'cancelled' or r.merged_into is not null and w.state = 'done'
                        and coalesce(e.state in ('done', 'cancelled'), true))
                order by l.subject collate "C" limit \(limit)
                for no key update of l skip locked
            )
            update dead_letter as l set state = 'resolved', closed_at = clock_timestamp(),
                closing = case when over.is_merged then 'the record was merged into another'
                    else 'its effect was cancelled' end
            from over where l.id = over.id
            """)
    }

    /// Open letters of events about records that were changed since, in the order of their ids.
    public static func overtakenEvents(
        after id: CanonicalID?, limit: Int
    ) -> Statement<[(letter: CanonicalID, payload: [UInt8], record: CanonicalID)]> {
        Statement(
            """
            select l.id, l.payload, r.id
            from dead_letter l
            join link k on k.connection = l.connection and k.native_type = l.native_type
                and k.native_id = l.native_id and k.entity = l.entity
            join record r on r.id = k.record and r.updated_at > l.last_failed_at
            where l.source in ('event', 'broker') and l.state = 'open' and l.id > \(id ?? .lowest)
            order by l.id limit \(limit)
            """
        ) { result in
            try result.map { row in
                (
                    try row[0, as: CanonicalID.self], try row[1, as: [UInt8].self],
                    try row[2, as: CanonicalID.self]
                )
            }
        }
    }

    /// Closes open letters of events, for a reason.
    public static func resolve(events: [CanonicalID], because reason: String) -> Statement<Int> {
        .counting(
            """
            with over as materialized (
                select id from dead_letter where id = any(\(events.sorted())) and state = 'open'
                order by subject collate "C" for no key update
            )
            update dead_letter as l set state = 'resolved', closed_at = clock_timestamp(), closing = \(reason)
            from over where l.id = over.id
            """)
    }
}
