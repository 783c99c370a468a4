public import CanonicalModel
internal import Postgres

/// How much a connection has to send and to read.
public struct WorkFigure: Sendable, Hashable {
    /// Pieces of work that are due and that no process holds: what more replicas would take up.
    public var due = 0
    /// Since when the longest of them has been due.
    public var oldestDueAt: Instant?
    /// Pieces that are ready and not due yet: they wait out a delay after a failure, or one that the vendor asked for.
    public var delayed = 0
    /// Pieces that wait for a parent.
    public var waiting = 0
    /// Pieces of which the vendor has refused fields by name.
    public var held = 0
    /// Pieces that were given up.
    public var dead = 0
    /// Objects that must be read.
    public var unread = 0
    /// When the first hint of the longest of them came.
    public var oldestUnreadAt: Instant?

    /// Nothing to do.
    public init() {}

    /// The figures of every connection that is declared.
    public static var all: Statement<[ConnectionID: WorkFigure]> {
        Statement(
            """
            with lane_held as materialized (
                select connection, split_part(key, '/', 1) as type, substr(key, strpos(key, '/') + 1) as id
                from lane where until > now()
            ), held as materialized (
                select l.connection, l.record, l.entity
                from lane_held h join link l on l.connection = h.connection and l.native_type = h.type
                    and l.native_id = h.id and l.state = 'active'
                union
                select w.connection, w.record, w.entity
                from lane_held h join work w on w.connection = h.connection
                    and w.record = case when h.type = 'record' then h.id::uuid end
            )
            select c.id, coalesce(w.due, 0), w.oldest_due, coalesce(w.delayed, 0), coalesce(w.waiting, 0),
                coalesce(g.dead, 0), coalesce(h.held, 0), coalesce(d.unread, 0), d.oldest_unread
            from connection c
            left join (
                select w.connection,
                    count(*) filter (where w.state = 'ready' and w.due_at <= now() and h.record is null) as due,
                    min(w.due_at) filter (where w.state = 'ready' and w.due_at <= now() and h.record is null)
                        as oldest_due,
                    count(*) filter (where w.state = 'ready' and w.due_at > now()) as delayed,
                    count(*) filter (where w.state = 'waiting') as waiting
                from work w
                left join held h on h.connection = w.connection and h.record = w.record and h.entity = w.entity
                where w.state in ('ready', 'waiting') group by w.connection
            ) as w on w.connection = c.id
            left join (
                select connection, count(*) as dead from work where state = 'dead' group by connection
            ) as g on g.connection = c.id
            left join (
                select connection, count(*) as held from work where held <> '{}' group by connection
            ) as h on h.connection = c.id
            left join (
                select connection, count(*) as unread, min(hinted_at) as oldest_unread from dirty group by connection
            ) as d on d.connection = c.id
            """
        ) { result in
            try result.reduce(into: [:]) { figures, row in
                var figure = WorkFigure()
                figure.due = try row[1, as: Int.self]
                figure.oldestDueAt = try row[2, as: Instant?.self]
                figure.delayed = try row[3, as: Int.self]
                figure.waiting = try row[4, as: Int.self]
                figure.dead = try row[5, as: Int.self]
                figure.held = try row[6, as: Int.self]
                figure.unread = try row[7, as: Int.self]
                figure.oldestUnreadAt = try row[8, as: Instant?.self]
                figures[try row[0, as: ConnectionID.self]] = figure
            }
        }
    }
}
