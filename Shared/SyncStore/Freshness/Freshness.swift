public import CanonicalModel
internal import Messaging
internal import Postgres
public import SyncCore

/// How old the oldest change is that has not reached a system, per flow; and what is in flight, per queue.
///
/// A change is *unsynced* from the moment at which its adapter is told of it until the target's system shows it, or a
/// person has closed its dead letter. On its way it stands in one of these places:
///
/// - a dirty mark at the source: the object must still be read (age: since the first hint);
/// - an event that the router has not settled, or that waits parked (age: since the change, as the source dates it);
/// - a command for the target that its adapter has not settled (age: since the change);
/// - work of the target that is not done (age: since its oldest change);
/// - an open dead letter in one of these places (age: since the first failure, for work since the change).
///
/// Before the router has decided, nobody knows where a change will go: it counts for every flow that begins where it was
/// made. A command whose causing event is gone, and work of which nobody knows where its change was made, counts for every
/// flow that ends there.
public enum Freshness {
    /// Measures flows and queues and keeps the figures, in one statement: nothing of it passes through the process.
    ///
    /// - Parameters:
    ///   - flows: every flow; figures of others are removed.
    ///   - objectives: how old the oldest change of a flow that is on its way may become.
    ///   - connections: what stands behind native types.
    ///   - events: the router's queue.
    ///   - floor: no message below this id is pending or published, as far as is known; `page` looks for such.
    /// - Returns: the lowest id that is pending or published; nil where nothing is.
    public static func measure(
        _ flows: [Flow], objectives: [Flow: Duration] = [:], connections: [ConnectionCapabilities], events: String,
        floor: CanonicalID
    ) -> Statement<CanonicalID?> {
        let kinds = connections.flatMap { connection in
            connection.entities.values.map { (connection.connection, $0.nativeType, $0.entity) }
        }
        return Statement(
            """
            with flow as materialized (
                select * from unnest(
                    \(flows.map(\.entity)), \(flows.map(\.source)), \(flows.map(\.target)),
                    \(flows.map { objectives[$0]?.wholeMicroseconds })) as f(entity, source, target, objective)
            ), kind as materialized (
                select * from unnest(\(kinds.map(\.0)), \(kinds.map(\.1)), \(kinds.map(\.2)))
                    as k(connection, native_type, entity)
            ), unsettled as materialized (
                select m.id, m.queue, m.status, m.routing_key, m.replay_of is null as moves,
                    \(EnvelopeSQL.head("m.body")) as head
                from message m where m.id >= \(floor) and m.status < 2
                union all
                select m.id, m.queue, m.status, m.routing_key, false, \(EnvelopeSQL.head("m.body"))
                from message m where m.id in (select message from park where message is not null) and m.status = 3
            ), changed as materialized (
                select k.entity, d.connection as source, null as target, d.hinted_at as at, true as moves
                from dirty d join kind k using (connection, native_type)
                union all
                select split_part(u.routing_key, '.', 2), \(EnvelopeSQL.source("u.head")), null,
                    \(EnvelopeSQL.time("u.head")), u.moves
                from unsettled u where u.queue = \(events)
                union all
                select split_part(u.routing_key, '.', 2), \(EnvelopeSQL.source(EnvelopeSQL.head("cause.body"))),
                    split_part(u.routing_key, '.', 1), \(EnvelopeSQL.time("u.head")), u.moves
                from unsettled u left join message cause on cause.id = \(EnvelopeSQL.cause("u.head"))
                where u.queue <> \(events) and u.routing_key like '%.upsert'
                union all
                select w.entity, w.origin, w.connection, w.changed_at, w.state = 'ready' and not exists (
                    select from dead_letter l where l.record = w.record and l.connection = w.connection
                        and l.state = 'replaying')
                from work w where w.state in ('ready', 'waiting')
                union all
                select w.entity, w.origin, w.connection, w.changed_at, false
                from work w where w.state = 'dead' and exists (
                    select from dead_letter l where l.record = w.record and l.connection = w.connection
                        and l.state in ('open', 'replaying'))
                union all
                select coalesce(l.entity, k.entity), l.connection, null, l.first_failed_at, false
                from dead_letter l left join kind k
                    on l.entity is null and k.connection = l.connection and k.native_type = l.native_type
                where l.state in ('open', 'replaying') and l.source <> 'work'
                    and (l.source in ('read', 'event') or l.source = 'broker' and l.queue = \(events))
                union all
                select l.entity, null, l.connection, l.first_failed_at, false
                from dead_letter l
                where l.state in ('open', 'replaying') and l.source <> 'work' and l.source = 'broker'
                    and l.queue <> \(events)
            ), placed as materialized (
                select entity, source, target, min(at) as at, count(*) as changes,
                    min(at) filter (where moves) as moving_since, count(*) filter (where moves) as moving
                from (
                    select c.entity, c.target, c.at, c.moves, case
                        when c.target is null
                            or (c.entity, c.source, c.target) in (select entity, source, target from flow)
                        then c.source end as source
                    from changed c
                ) as c
                group by entity, source, target
            ), measured as (
                insert into freshness as kept (
                    entity, source, target, oldest_change_at, waiting, moving_since, moving, objective, measured_at)
                select f.entity, f.source, f.target, min(p.at), coalesce(sum(p.changes), 0), min(p.moving_since),
                    coalesce(sum(p.moving), 0), max(f.objective), clock_timestamp()
                from flow f left join placed p on p.entity = f.entity
                    and (p.source is null or p.source = f.source) and (p.target is null or p.target = f.target)
                group by 1, 2, 3
                on conflict (entity, source, target) do update set oldest_change_at = excluded.oldest_change_at,
                    waiting = excluded.waiting, moving_since = excluded.moving_since, moving = excluded.moving,
                    objective = excluded.objective, measured_at = excluded.measured_at
            ), ended as (
                delete from freshness k
                where not exists (
                    select from flow f where f.entity = k.entity and f.source = k.source and f.target = k.target)
            ), counted as (
                insert into queue_figure as kept (queue, unsettled, parked, oldest_at, measured_at)
                select u.queue, count(*) filter (where u.status < 2), count(*) filter (where u.status = 3),
                    min(time_of(u.id)) filter (where u.status < 2), clock_timestamp()
                from unsettled u group by u.queue
                on conflict (queue) do update set unsettled = excluded.unsettled, parked = excluded.parked,
                    oldest_at = excluded.oldest_at, measured_at = excluded.measured_at
            ), emptied as (
                delete from queue_figure k where not exists (select from unsettled u where u.queue = k.queue)
            )
            select id from unsettled where status < 2 order by id limit 1
            """
        ) { try $0.first?[0, as: CanonicalID.self] }
    }

    /// The figures of all flows, as they were measured last.
    public static var flows: Statement<[FlowFigure]> {
        Statement(
            """
            select entity, source, target, oldest_change_at, waiting, moving_since, moving, objective, measured_at
            from freshness
            order by entity, source, target
            """
        ) { result in
            try result.map { row in
                FlowFigure(
                    flow: Flow(
                        entity: try row[0, as: EntityKind.self], from: try row[1, as: ConnectionID.self],
                        to: try row[2, as: ConnectionID.self]),
                    oldestChangeAt: try row[3, as: Instant?.self], changes: try row[4, as: Int.self],
                    movingSince: try row[5, as: Instant?.self], moving: try row[6, as: Int.self],
                    objective: try row[7, as: Int64?.self].map { .microseconds($0) },
                    measuredAt: try row[8, as: Instant.self])
            }
        }
    }

    /// The figures of all queues that have messages in flight, as they were measured last.
    public static var queues: Statement<[QueueFigure]> {
        Statement("select queue, unsettled, parked, oldest_at, measured_at from queue_figure order by queue") {
            result in
            try result.map { row in
                QueueFigure(
                    queue: try row[0, as: String.self], unsettled: try row[1, as: Int.self],
                    parked: try row[2, as: Int.self], oldestAt: try row[3, as: Instant?.self],
                    measuredAt: try row[4, as: Instant.self])
            }
        }
    }

    /// The lowest id of messages that are younger than an age; a floor for `measure` where nothing older is in flight.
    public static func floor(age: Duration) -> Statement<CanonicalID> { MessageTable.idBefore(age) }
}
