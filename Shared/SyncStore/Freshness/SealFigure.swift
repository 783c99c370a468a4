public import CanonicalModel
internal import Postgres

/// How far the audit log is sealed and anchored.
public struct SealFigure: Sendable, Hashable {
    /// Where the last seal stands in the chain; 0 before the first.
    public var position: Int64
    /// When it was made.
    public var sealedAt: Instant?
    /// Where the last anchor stands; 0 before the first.
    public var anchoredPosition: Int64
    /// When it was written.
    public var anchoredAt: Instant?
    /// How many entries of the last hour are not sealed yet; of the last three minutes, where the last seal is recent.
    public var unsealed: Int
    /// When the oldest of them was recorded.
    public var oldestUnsealedAt: Instant?

    /// Of a log without an entry.
    public static let none = SealFigure(
        position: 0, sealedAt: nil, anchoredPosition: 0, anchoredAt: nil, unsealed: 0, oldestUnsealedAt: nil)

    /// The figures now.
    ///
    /// Of a log that is sealed all the time only the last minutes can hold anything else, and they alone are looked at: an
    /// hour is some hundred thousand entries on a busy day, and this is asked every few seconds.
    public static var current: Statement<SealFigure> {
        Statement(
            """
            with s as materialized (select last_position, sealed_at from seal order by last_position desc limit 1)
            select coalesce(s.last_position, 0), s.sealed_at, coalesce(a.last_position, 0), a.anchored_at,
                recent.unsealed + earlier.unsealed, least(recent.oldest, earlier.oldest)
            from (
                select count(*) as unsealed, min(e.at) as oldest from audit e
                where e.id >= id_at(statement_timestamp() - interval '3 minutes') and not exists (
                    select from chain c
                    where c.audit = e.id and c.audit >= id_at(statement_timestamp() - interval '3 minutes'))
            ) as recent
            cross join (
                select count(*) as unsealed, min(e.at) as oldest from audit e
                where coalesce((select sealed_at from s), '-infinity') < statement_timestamp() - interval '1 minute'
                    and e.id >= id_at(statement_timestamp() - interval '1 hour')
                    and e.id < id_at(statement_timestamp() - interval '3 minutes')
                    and not exists (
                        select from chain c
                        where c.audit = e.id and c.audit >= id_at(statement_timestamp() - interval '1 hour'))
            ) as earlier
            left join s on true
            left join (
                select last_position, anchored_at from seal where anchored_at is not null
                order by last_position desc limit 1
            ) as a on true
            """
        ) { result in
            let row = result[0]
            return SealFigure(
                position: try row[0, as: Int64.self], sealedAt: try row[1, as: Instant?.self],
                anchoredPosition: try row[2, as: Int64.self], anchoredAt: try row[3, as: Instant?.self],
                unsealed: try row[4, as: Int.self], oldestUnsealedAt: try row[5, as: Instant?.self])
        }
    }
}
