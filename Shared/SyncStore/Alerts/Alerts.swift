public import CanonicalModel
internal import Postgres

/// The table of alerts.
public enum Alerts {
    /// All that are not resolved, those that must still last among them.
    public static var open: Statement<[Alert]> {
        Statement("\(selection) where resolved_at is null order by kind, subject", read: read)
    }

    /// All that are raised, and those that were resolved within a time, the newest first.
    public static func all(resolvedWithin span: Duration, limit: Int) -> Statement<[Alert]> {
        Statement(
            """
            \(selection) where raised_at is not null
                and (resolved_at is null or resolved_at > clock_timestamp() - \(SQL.interval(span)))
            order by resolved_at desc nulls first, raised_at desc, id limit \(limit)
            """, read: read)
    }

    /// When conditions were judged last; nil before the first time.
    ///
    /// The loop that judges them shows it, whether it has found anything or not.
    public static var judgedAt: Statement<Instant?> {
        Statement("select done_at from loop_progress where name = \(loop)") { try $0.first?[0, as: Instant.self] }
    }

    /// The name of the loop that judges.
    public static let loop = "alerts"

    /// Writes alerts as they are now; new ones are inserted.
    ///
    /// An alert whose kind and subject another process has opened meanwhile is left to it.
    public static func save(_ alerts: [Alert]) -> Statement<Void> {
        let conditions = alerts.map(\.condition)
        return Statement(
            """
            insert into alert as a (
                id, kind, subject, grouped_by, connection, severity, cause, advice, since, seen_at, last_seen_at,
                raised_at, resolved_at, sequence)
            select g.* from unnest(
                \(alerts.map(\.id)), \(conditions.map(\.key.kind)), \(conditions.map(\.key.subject.storable)),
                \(conditions.map(\.group.storable)), \(conditions.map(\.connection)), \(conditions.map(\.severity)),
                \(conditions.map(\.cause.storable)), \(conditions.map(\.advice.storable)), \(conditions.map(\.since)),
                \(alerts.map(\.seenAt)), \(alerts.map(\.lastSeenAt)), \(alerts.map(\.raisedAt)),
                \(alerts.map(\.resolvedAt)), \(alerts.map { Int32(clamping: $0.sequence) })
            ) as g(
                id, kind, subject, grouped_by, connection, severity, cause, advice, since, seen_at, last_seen_at,
                raised_at, resolved_at, sequence)
            where not exists (
                select from alert o where o.kind = g.kind and o.subject = g.subject and o.resolved_at is null
                    and o.id <> g.id)
            on conflict (id) do update set grouped_by = excluded.grouped_by, connection = excluded.connection,
                severity = excluded.severity, cause = excluded.cause, advice = excluded.advice,
                since = excluded.since, last_seen_at = excluded.last_seen_at, raised_at = excluded.raised_at,
                resolved_at = excluded.resolved_at, sequence = excluded.sequence,
                tell_at = case when a.sequence = excluded.sequence then a.tell_at else clock_timestamp() end
            """)
    }

    /// Removes conditions that were over before they were alerts.
    public static func forget(_ ids: [CanonicalID]) -> Statement<Void> {
        Statement("delete from alert where id = any(\(ids)) and raised_at is null")
    }

    /// Removes alerts that were resolved long ago.
    public static func remove(olderThan age: Duration, limit: Int) -> Statement<Int> {
        .counting(
            """
            delete from alert where id in (
                select id from alert where resolved_at < clock_timestamp() - \(SQL.interval(age)) and told >= sequence
                order by resolved_at limit \(limit))
            """)
    }

    static let selection: SQL = """
        select id, kind, subject, grouped_by, connection, severity, cause, advice, since, seen_at, last_seen_at,
            raised_at, resolved_at, sequence, told, tell_failures, tell_failure from alert
        """

    static func read(_ result: PostgresResult) throws -> [Alert] {
        try result.map { row in
            let condition = AlertCondition(
                .init(try row[1, as: AlertKind.self], try row[2, as: String.self]), group: try row[3, as: String.self],
                connection: try row[4, as: ConnectionID?.self], severity: try row[5, as: AlertSeverity.self],
                since: try row[8, as: Instant.self], cause: try row[6, as: String.self],
                advice: try row[7, as: String.self])
            var alert = Alert(
                id: try row[0, as: CanonicalID.self], condition, seenAt: try row[9, as: Instant.self],
                lastSeenAt: try row[10, as: Instant.self], raisedAt: try row[11, as: Instant?.self],
                resolvedAt: try row[12, as: Instant?.self], sequence: try row[13, as: Int.self])
            alert.telling.told = try row[14, as: Int.self]
            alert.telling.failures = try row[15, as: Int.self]
            alert.telling.failure = try row[16, as: String?.self]
            return alert
        }
    }
}
