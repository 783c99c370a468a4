public import CanonicalModel
internal import Postgres
internal import SyncCore

/// What is left to be done.
extension Recoveries {
    /// How much of what a recovery waits for is left, counted no further than `most`.
    public static func left(of recovery: Recovery) -> Statement<Int> {
        let rows: SQL =
            switch recovery.phase.awaited {
            case .connections: connections(in: recovery.id)
            case .objects: objects(until: recovery.awaitedUntil)
            case .messages: "select from message where status < 2 and id <= id_at(\(recovery.awaitedUntil))"
            case .nothing: "select from recovery where false"
            }
        return Statement("select count(*) from (\(rows) limit \(most)) as rest") { try $0[0][0, as: Int.self] }
    }

    /// The most that is counted.
    public static let most = 10_000

    /// How far the connections are.
    public static func readings(of recovery: CanonicalID) -> Statement<[Recovery.Reading]> {
        Statement(
            """
            select c.id, r.streams, coalesce(r.passed, '{}'), coalesce(r.marked, 0), r.marked_at is not null,
                (select count(*) from (select from dirty d where d.connection = c.id limit \(most)) as d)
            from connection c
            left join recovery_reading r on r.recovery = \(recovery) and r.connection = c.id
            order by c.id
            """
        ) { result in
            try result.map { row in
                Recovery.Reading(
                    connection: try row[0, as: ConnectionID.self], streams: try row[1, as: [String]?.self],
                    passed: Set(try row[2, as: [String].self]), marked: try row[3, as: Int.self],
                    isMarked: try row[4, as: Bool.self], unread: try row[5, as: Int.self])
            }
        }
    }

    private static func connections(in recovery: CanonicalID) -> SQL {
        """
        select from connection c left join recovery_reading r on r.recovery = \(recovery) and r.connection = c.id
        where r.marked_at is null or r.streams is null or not r.streams <@ r.passed
        """
    }

    /// An object that nobody knows, and that a create of its type which is not settled may have made, cannot be read before
    /// that is: nothing is sent to settle it now, and it is looked for later.
    private static func objects(until moment: Instant) -> SQL {
        """
        select from dirty d join connection c on c.id = d.connection
        where d.hinted_at <= \(moment) and (
            exists (
                select from link l where l.connection = d.connection and l.native_type = d.native_type
                    and l.native_id = d.native_id)
            or not exists (
                select from intent i where i.connection = d.connection and i.native_type = d.native_type
                    and i.native_id is null and (i.state in ('open', 'unknown')
                        or i.state = 'absent' and i.settled_at > clock_timestamp() - interval '1 day')))
        """
    }
}
