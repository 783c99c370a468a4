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
    /// How many entries of the last hour are not sealed yet.
    public var unsealed: Int
    /// When the oldest of them was recorded.
    public var oldestUnsealedAt: Instant?

    /// Of a log without an entry.
    public static let none = SealFigure(
        position: 0, sealedAt: nil, anchoredPosition: 0, anchoredAt: nil, unsealed: 0, oldestUnsealedAt: nil)

    /// The figures now.
    public static var current: Statement<SealFigure> {
        Statement(
            """
            select coalesce(s.last_position, 0), s.sealed_at, coalesce(a.last_position, 0), a.anchored_at,
                u.unsealed, u.oldest
            from (
                select count(*) as unsealed, min(e.at) as oldest from audit e
                where e.id >= id_at(statement_timestamp() - interval '1 hour') and not exists (
                    select from chain c
                    where c.audit = e.id and c.audit >= id_at(statement_timestamp() - interval '1 hour'))
            ) as u
            left join (
                select last_position, sealed_at from seal order by last_position desc limit 1
            ) as s on true
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
