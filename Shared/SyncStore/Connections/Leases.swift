internal import Postgres

/// Leases of loops that one process at a time may run.
public enum Leases {
    /// Takes a lease that is free or has run out, or prolongs one's own.
    ///
    /// - Parameter holder: names one process; two processes never share it.
    /// - Returns: the epoch, which fences earlier holders; nil while somebody else holds it.
    public static func acquire(_ name: String, holder: String, lease: Duration) -> Statement<Int64?> {
        Statement(
            """
            insert into lease as l (name, holder, until) values (\(name), \(holder), \(SQL.after(lease)))
            on conflict (name) do update set
                epoch = case when l.holder = excluded.holder and l.until > clock_timestamp() then l.epoch
                    else excluded.epoch end,
                holder = excluded.holder, until = excluded.until
                where l.holder = excluded.holder or l.until <= clock_timestamp()
            returning epoch
            """
        ) { try $0.first?[0, as: Int64.self] }
    }

    /// Demands that a lease is still held, and keeps anyone from taking it before the transaction ends (`leaseLost`).
    public static func check(_ name: String, epoch: Int64) -> Statement<Void> {
        Statement(
            """
            with held as materialized (
                select 1 from lease where name = \(name) and epoch = \(epoch) and until > clock_timestamp() for share
            )
            select demand(count(*) = 1, 'lease_lost') from held
            """)
    }

    /// Gives a lease back, so that another process need not wait for its end.
    public static func release(_ name: String, epoch: Int64) -> Statement<Void> {
        Statement("delete from lease where name = \(name) and epoch = \(epoch)")
    }

    /// Who holds which lease, for people.
    public static var all: Statement<[String: String]> {
        Statement("select name, holder from lease where until > clock_timestamp()") { result in
            try result.reduce(into: [:]) { holders, row in
                holders[try row[0, as: String.self]] = try row[1, as: String.self]
            }
        }
    }
}
