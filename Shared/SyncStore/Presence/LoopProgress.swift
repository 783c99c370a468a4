public import CanonicalModel
internal import Postgres

/// When a loop came to its end last, whichever process ran it.
public struct LoopProgress: Sendable, Hashable {
    /// Its name.
    public var name: String
    /// The connection that it serves.
    public var connection: ConnectionID?
    /// From one end to the next, as far as all goes well; another process' taking over included.
    public var pace: Duration
    /// When it came to its end last.
    public var doneAt: Instant
    /// Why it failed last, where it has not come to its end since.
    public var failure: String?

    /// Takes the parts.
    public init(name: String, connection: ConnectionID?, pace: Duration, doneAt: Instant, failure: String? = nil) {
        self.name = name
        self.connection = connection
        self.pace = pace
        self.doneAt = doneAt
        self.failure = failure
    }

    /// All loops that were ever run.
    public static var all: Statement<[LoopProgress]> {
        Statement(
            """
            select name, connection, pace, done_at, case when failed_at > done_at then failure end
            from loop_progress order by name
            """
        ) { result in
            try result.map { row in
                LoopProgress(
                    name: try row[0, as: String.self], connection: try row[1, as: ConnectionID?.self],
                    pace: .microseconds(try row[2, as: Int64.self]), doneAt: try row[3, as: Instant.self],
                    failure: try row[4, as: String?.self])
            }
        }
    }

    /// Writes what a process has noted of its loops.
    ///
    /// A loop that is new counts from now on. Spans are told and not times: the clocks of processes may differ.
    public static func note(_ news: [LoopBoard.Entry], at now: ContinuousClock.Instant = .now) -> Statement<Void> {
        let ages = news.map { entry in entry.doneAt.map { max((now - $0).wholeMicroseconds, 0) } }
        return Statement(
            """
            insert into loop_progress as l (name, connection, pace, done_at, failed_at, failure)
            select g.name, g.connection, g.pace, clock_timestamp() - coalesce(g.age, 0) * interval '1 microsecond',
                case when g.failure is not null then clock_timestamp() end, g.failure
            from unnest(
                \(news.map(\.name)), \(news.map(\.connection)), \(news.map(\.pace.wholeMicroseconds)), \(ages),
                \(news.map { $0.failure?.storable })
            ) as g(name, connection, pace, age, failure)
            order by g.name
            on conflict (name) do update set pace = excluded.pace, connection = excluded.connection,
                done_at = case when excluded.name = any(
                        \(zip(news, ages).filter { $0.1 != nil }.map(\.0.name)))
                    then greatest(l.done_at, excluded.done_at) else l.done_at end,
                failed_at = coalesce(excluded.failed_at, l.failed_at),
                failure = coalesce(excluded.failure, l.failure)
            """)
    }
}
