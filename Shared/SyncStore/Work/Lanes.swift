internal import CanonicalModel
internal import Postgres

/// The lanes: leases on native objects, each with an epoch.
///
/// Whoever reads and commits an object, or writes to it, holds its lane and checks it in the transaction of what it
/// commits. A holder that slept too long is fenced there; what it may have sent is read again and repaired.
public enum Lanes {
    /// Takes lanes that are free.
    ///
    /// A lane whose lease has run out is taken over only after the request ceiling as well: until then a request of the
    /// last holder may still be carried out.
    ///
    /// - Parameters:
    ///   - holder: who takes them, for people.
    ///   - ceiling: the connector's bound from send to the vendor's last possible commit.
    /// - Returns: the lanes that are held now; the others have another holder.
    public static func acquire(
        _ keys: some Collection<LaneKey>, holder: String, lease: Duration, ceiling: Duration
    ) -> Statement<[LaneKey: Lane]> {
        let keys = Set(keys).sorted()
        return Statement(
            """
            insert into lane as l (connection, key, holder, until)
            select connection, key, \(holder), \(SQL.after(lease))
            from unnest(\(keys.map(\.connection)), \(keys.map(\.key))) as given(connection, key)
            order by connection, key
            \(takeOver(ceiling: ceiling))
            returning connection, key, epoch
            """
        ) { result in
            try result.reduce(into: [:]) { lanes, row in
                let key = LaneKey(connection: try row[0, as: ConnectionID.self], key: try row[1, as: String.self])
                lanes[key] = Lane(key: key, epoch: try row[2, as: Int64.self])
            }
        }
    }

    /// Demands that lanes are still held, and keeps anyone from taking them over before the transaction ends
    /// (`laneLost`).
    public static func check(_ lanes: some Collection<Lane>) -> Statement<Void> {
        let lanes = sorted(lanes)
        return Statement(
            """
            with held as materialized (
                select l.epoch from \(given(lanes)) join lane l using (connection, key, epoch)
                where l.until > clock_timestamp()
                order by l.connection, l.key
                for share of l
            )
            select demand(count(*) = \(lanes.count), 'lane_lost') from held
            """)
    }

    /// Prolongs the leases of lanes that are held; demands that all of them are (`laneLost`).
    public static func extend(_ lanes: some Collection<Lane>, lease: Duration) -> Statement<Void> {
        let lanes = sorted(lanes)
        return Statement(
            """
            with extended as (
                update lane as l set until = \(SQL.after(lease)) from \(given(lanes))
                where l.connection = given.connection and l.key = given.key and l.epoch = given.epoch
                    and l.until > clock_timestamp()
                returning 1
            )
            select demand(count(*) = \(lanes.count), 'lane_lost') from extended
            """)
    }

    /// Gives lanes back; those that others hold by now stay theirs.
    ///
    /// Never give back a lane under which a request may still be on its way.
    public static func release(_ lanes: some Collection<Lane>) -> Statement<Void> {
        let lanes = sorted(lanes)
        return Statement(
            """
            delete from lane as l using \(given(lanes))
            where l.connection = given.connection and l.key = given.key and l.epoch = given.epoch
            """)
    }

    /// Demands that lanes are still held (`laneLost`) and gives them back, in the transaction that ends what was done under
    /// them: one visit to each row instead of two.
    ///
    /// Never give back a lane under which a request may still be on its way.
    public static func surrender(_ lanes: some Collection<Lane>) -> Statement<Void> {
        let lanes = sorted(lanes)
        return Statement(
            """
            with held as materialized (
                select l.connection, l.key from \(given(lanes)) join lane l using (connection, key, epoch)
                where l.until > clock_timestamp()
                order by l.connection, l.key
                for update of l
            ), freed as (
                delete from lane as l using held where l.connection = held.connection and l.key = held.key
            )
            select demand(count(*) = \(lanes.count), 'lane_lost') from held
            """)
    }

    /// What an insert into `lane as l` does when there is a row: takes over after lease and ceiling.
    static func takeOver(ceiling: Duration) -> SQL {
        """
        on conflict (connection, key) do update
            set epoch = excluded.epoch, holder = excluded.holder, until = excluded.until
            where l.until + \(SQL.interval(ceiling)) < clock_timestamp()
        """
    }

    private static func sorted(_ lanes: some Collection<Lane>) -> [Lane] {
        Set(lanes).sorted { $0.key < $1.key }
    }

    private static func given(_ lanes: [Lane]) -> SQL {
        """
        unnest(\(lanes.map(\.key.connection)), \(lanes.map(\.key.key)), \(lanes.map(\.epoch)))
            as given(connection, key, epoch)
        """
    }
}
