public import CanonicalModel
internal import Postgres

/// Things of one kind that are open, and since when.
public struct OpenItems: Sendable, Hashable {
    /// What they have in common: a class of failure, a kind of proposal, a connection, a state.
    public var label: String
    /// How many there are.
    public var count: Int
    /// Since when the oldest is.
    public var oldestAt: Instant
    /// How many are beyond their deadline.
    public var overdue = 0

    /// Dead letters that wait for a person or for their turn in a replay, by class of failure.
    ///
    /// A replay that has stopped holds letters that nobody would see otherwise.
    public static var deadLetters: Statement<[OpenItems]> {
        Statement(
            """
            select failure_class, count(*), min(first_failed_at), 0::bigint from dead_letter
            where state in ('open', 'replaying') group by failure_class order by failure_class
            """, read: items)
    }

    /// Proposals that wait for a person, by kind.
    public static var proposals: Statement<[OpenItems]> {
        Statement(
            """
            select kind, count(*), min(made_at), 0::bigint from proposal where state = 'open' group by kind order by kind
            """, read: items)
    }

    /// What waits for a parent, by the connection in which the parent's link is awaited.
    public static var parks: Statement<[OpenItems]> {
        Statement(
            """
            select connection, count(*), min(parked_at), count(*) filter (where deadline < now()) from park
            group by connection order by connection
            """, read: items)
    }

    /// Snapshots that were asked for and have not ended, by connection.
    public static var snapshots: Statement<[OpenItems]> {
        Statement(
            """
            select connection, count(*), min(requested_at), 0::bigint from snapshot_run
            where state in ('requested', 'running') group by connection order by connection
            """, read: items)
    }

    /// Replays that have not ended, by state.
    public static var replays: Statement<[OpenItems]> {
        Statement(
            """
            select state, count(*), min(made_at), 0::bigint from replay
            where state in ('running', 'paused', 'stopped') group by state order by state
            """, read: items)
    }

    private static func items(_ result: PostgresResult) throws -> [OpenItems] {
        try result.map { row in
            OpenItems(
                label: try row[0, as: String.self], count: try row[1, as: Int.self],
                oldestAt: try row[2, as: Instant.self], overdue: try row[3, as: Int.self])
        }
    }
}
