public import CanonicalModel
internal import Postgres

extension Alerts {
    /// Alerts of which a receiver has not been told the newest, and for which it is time.
    public static func untold(limit: Int) -> Statement<[Alert]> {
        Statement(
            """
            \(selection) where told < sequence and tell_at <= clock_timestamp() order by tell_at limit \(limit)
            """, read: read)
    }

    /// How many are to be told, and since when the longest of them could not be.
    public static var telling: Statement<(untold: Int, failingSince: Instant?, failure: String?)> {
        Statement(
            """
            select count(*), min(coalesce(resolved_at, raised_at)) filter (where tell_failures > 0),
                max(tell_failure) filter (where tell_failures > 0)
            from alert where told < sequence
            """
        ) { result in
            let row = result[0]
            return (try row[0, as: Int.self], try row[1, as: Instant?.self], try row[2, as: String?.self])
        }
    }

    /// Notes that the receiver has taken an alert as it was at a place of its sequence.
    public static func told(_ id: CanonicalID, sequence: Int) -> Statement<Void> {
        Statement(
            """
            update alert set told = greatest(told, \(Int32(clamping: sequence))), tell_failures = 0, tell_failure = null
            where id = \(id)
            """)
    }

    /// Notes that it has not; it is told again after a time.
    public static func notTold(_ id: CanonicalID, because failure: String, again: Duration) -> Statement<Void> {
        Statement(
            """
            update alert set tell_failures = tell_failures + 1, tell_failure = \(failure.storable),
                tell_at = \(SQL.after(again))
            where id = \(id)
            """)
    }

    /// Notes that nobody is to be told: no receiver is configured.
    public static var tellNobody: Statement<Void> {
        Statement("update alert set told = sequence, tell_failures = 0, tell_failure = null where told < sequence")
    }
}
