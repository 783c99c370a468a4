public import CanonicalModel
internal import Postgres

/// What of a connection's reading and writing another replica could take up at once.
public struct ClaimableFigure: Sendable, Hashable {
    /// The connection.
    public var connection: ConnectionID
    /// The service whose replicas serve it.
    public var service: String
    /// Objects that are due to be read and that no process reads, whatever keeps them from being read.
    public var due = Pieces()
    /// Of these, what nothing keeps from being read.
    public var reading = Pieces()
    /// Work that is due, that no process holds and that nothing keeps from being done.
    public var writing = Pieces()

    /// How many pieces, and since when the longest has been due.
    public struct Pieces: Sendable, Hashable {
        /// How many; a thousand of each class stand for any number.
        public var count = 0
        /// Since when the longest has been due; nil where there is none.
        public var oldestAt: Instant?

        /// Takes the parts.
        public init(count: Int = 0, oldestAt: Instant? = nil) {
            self.count = count
            self.oldestAt = oldestAt
        }
    }

    /// Nothing to take up.
    public init(connection: ConnectionID, service: String) {
        self.connection = connection
        self.service = service
    }

    /// The figures of every connection that replicas serve.
    ///
    /// What no further replica could take up does not count: of a connection that is paused, whose circuit is open, or
    /// whose account may not be called or has used up half of its calls, for there the vendor sets the pace. It is what
    /// `deploy/kubernetes/components/scaling` asks the database, and reads no more than it: a thousand rows of each
    /// connection and class, by the indexes of what is due.
    public static var all: Statement<[ClaimableFigure]> {
        Statement(
            """
            select c.id, c.service, objects.pieces, objects.oldest,
                c.is_open and not c.reading_is_open, work.pieces, work.oldest
            from (
                select c.id, p.service,
                    not coalesce(s.paused, false) and coalesce(b.blocked_until <= now(), true)
                        and coalesce(least(b.burst, b.tokens + b.per_second
                            * extract(epoch from now() - b.refilled_at)::double precision) >= b.burst / 2, true)
                        as is_open,
                    \(Self.circuit("reading")) as reading_is_open, \(Self.circuit("writing")) as writing_is_open
                from connection c
                join (select distinct unnest(connections) as id, service from replica) as p on p.id = c.id
                left join connection_state s on s.connection = c.id
                left join rate_budget b on b.account = c.account
            ) as c
            cross join lateral (
                select count(*) as pieces, min(due_at) as oldest from (
                    select d.due_at from dirty d
                    where d.connection = c.id and d.due_at <= now()
                        and not exists (
                            select from lane
                            where lane.connection = d.connection and lane.until > now()
                                and lane.key = d.native_type || '/' || d.native_id)
                    order by d.due_at limit 1000
                ) as piece
            ) as objects
            cross join lateral (
                select count(*) as pieces, min(piece.due_at) as oldest
                from generate_series(0, 2) as class(priority)
                cross join lateral (
                    select w.due_at from work w
                    where w.connection = c.id and w.state = 'ready' and w.priority = class.priority
                        and w.due_at <= now() and c.is_open and not c.writing_is_open
                        and not exists (
                            select from lane
                            where lane.connection = w.connection and lane.until > now() and lane.key = coalesce((
                                select l.native_type || '/' || l.native_id from link l
                                where l.record = w.record and l.connection = w.connection
                                    and l.entity = w.entity and l.state = 'active'), 'record/' || w.record))
                    order by w.due_at limit 1000
                ) as piece
            ) as work
            order by c.id, c.service
            """
        ) { result in
            try result.map { row in
                var figure = ClaimableFigure(
                    connection: try row[0, as: ConnectionID.self], service: try row[1, as: String.self])
                figure.due = Pieces(count: try row[2, as: Int.self], oldestAt: try row[3, as: Instant?.self])
                if try row[4, as: Bool.self] { figure.reading = figure.due }
                figure.writing = Pieces(count: try row[5, as: Int.self], oldestAt: try row[6, as: Instant?.self])
                return figure
            }
        }
    }

    /// Whether the connection's circuit of a direction is open.
    private static func circuit(_ direction: String) -> SQL {
        """
        exists (
            select from circuit k
            where k.connection = c.id and k.direction = \(direction) and k.open_until is not null)
        """
    }
}
