public import CanonicalModel
internal import Postgres
public import SyncCore

/// What is read again.
extension Recoveries {
    /// How far before the time of the backup streams are asked: clocks differ, and a change is listed late.
    private static let overlap = Duration.seconds(600)

    /// Takes the connections that are declared by now into a recovery.
    public static func enlist(in recovery: CanonicalID) -> Statement<Void> {
        Statement(
            """
            insert into recovery_reading (recovery, connection) select \(recovery), id from connection
            on conflict do nothing
            """)
    }

    /// Tells which streams a connection has, where a recovery holds all writing.
    public static func tell(_ streams: [String], of connection: ConnectionID) -> Statement<Void> {
        Statement(
            """
            insert into recovery_reading as r (recovery, connection, streams)
            select id, \(connection), \(streams.sorted()) from recovery where released_at is null
            on conflict (recovery, connection) do update set streams = excluded.streams
                where r.streams is distinct from excluded.streams
            """)
    }

    /// What a stream has still to do; nil where no recovery holds all writing, and once it was asked to its end.
    public static func stream(_ stream: String, of connection: ConnectionID) -> Statement<StreamRecovery?> {
        Statement(
            """
            select r.restored_to - \(SQL.interval(overlap)), \(stream) = any(g.rewound)
            from recovery r join recovery_reading g on g.recovery = r.id
            where r.released_at is null and g.connection = \(connection) and not \(stream) = any(g.passed)
            order by r.begun_at limit 1
            """
        ) { result in
            guard let row = result.first else { return nil }
            return try row[1, as: Bool.self] ? .asking : .rewind(to: row[0, as: Instant.self])
        }
    }

    /// Notes how far a stream has come.
    public static func note(
        _ step: StreamRecovery.Step, of stream: String, connection: ConnectionID
    ) -> Statement<Void> {
        let change: SQL =
            switch step {
            case .rewound: "rewound = array_append(rewound, \(stream))"
            case .passed: "passed = array_append(passed, \(stream))"
            }
        return Statement(
            """
            update recovery_reading set \(change)
            where connection = \(connection) and recovery in (select id from recovery where released_at is null)
            """)
    }

    /// Marks the next linked objects of a connection to be read, where not too many wait already.
    ///
    /// - Parameters:
    ///   - limit: how many at once.
    ///   - room: how many may wait.
    public static func markNext(
        of connection: ConnectionID, in recovery: CanonicalID, limit: Int, room: Int
    ) -> Statement<Void> {
        Statement(
            """
            with place as materialized (
                select marked_type, marked_id from recovery_reading
                where recovery = \(recovery) and connection = \(connection) and marked_at is null
                    and (select count(*) from (select from dirty where connection = \(connection) limit \(room)) as d)
                        < \(room)
                for update
            ), page as materialized (
                select distinct l.native_type, l.native_id from place, link l
                where l.connection = \(connection) and l.state = 'active'
                    and (l.native_type, l.native_id) > (place.marked_type, place.marked_id)
                order by l.native_type, l.native_id limit \(limit)
            ), marked as (
                \(insert(into: "select \(connection), native_type, native_id, false from page", of: recovery))
            )
            update recovery_reading as r set
                marked = r.marked + found.count, marked_type = coalesce(found.native_type, r.marked_type),
                marked_id = coalesce(found.native_id, r.marked_id),
                marked_at = case when found.count < \(limit) then clock_timestamp() end
            from place, (
                select count(*)::integer as count,
                    (select native_type from page order by native_type desc, native_id desc limit 1) as native_type,
                    (select native_id from page order by native_type desc, native_id desc limit 1) as native_id
                from page
            ) as found
            where r.recovery = \(recovery) and r.connection = \(connection)
            """)
    }

    /// Marks objects to be read whole whose side seems to propose something since the recovery began: if it was read before
    /// the owner, its values are the owner's by now.
    public static func markProposing(in recovery: Recovery) -> Statement<Void> {
        Statement(
            insert(
                into: """
                    select distinct l.connection, l.native_type, l.native_id, true
                    from proposal p
                    join link l on l.record = p.record and l.connection = p.connection and l.state = 'active'
                    where p.state = 'open'
                        and (p.made_at >= \(recovery.begunAt) or p.event >= id_at(\(recovery.begunAt)))
                    """, of: recovery.id))
    }

    private static func insert(into objects: SQL, of recovery: CanonicalID) -> SQL {
        """
        insert into dirty as d (connection, native_type, native_id, whole, correlation, hinted_at, due_at)
        select given.*, \(recovery), clock_timestamp(), clock_timestamp()
        from (\(objects)) as given(connection, native_type, native_id, whole)
        order by 1, 2, 3
        on conflict (connection, native_type, native_id) do update set
            marks = d.marks + 1, whole = d.whole or excluded.whole, due_at = least(d.due_at, excluded.due_at)
        """
    }
}
