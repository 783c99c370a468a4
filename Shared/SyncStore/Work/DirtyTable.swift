public import CanonicalModel
internal import Postgres

/// Native objects that must be read again.
///
/// A hint counts up; a read clears no more than it had seen when it began. So a second change within the same second is
/// read, however the two meet.
public enum DirtyTable {
    /// A hint that an object has changed.
    public struct Mark: Sendable, Hashable {
        /// The connection.
        public var connection: ConnectionID
        /// The object.
        public var native: NativeReference
        /// Born with the hint; the change's events bear it.
        public var correlation: CanonicalID
        /// When the hint came.
        public var hintedAt: Instant
        /// Whether the event shall carry every field, not only those that differ from the shadow.
        public var isWhole: Bool
        /// The vendor's time of the change that a poll names; nil for a hint that is followed in any case.
        public var changedAt: Instant?
        /// Whether a poll has found it, so that a webhook should have told of it.
        public var isPolled: Bool

        /// Takes the parts.
        public init(
            _ native: NativeReference, in connection: ConnectionID, correlation: CanonicalID, hintedAt: Instant,
            isWhole: Bool = false, changedAt: Instant? = nil, isPolled: Bool = false
        ) {
            self.native = native
            self.connection = connection
            self.correlation = correlation
            self.hintedAt = hintedAt
            self.isWhole = isWhole
            self.changedAt = changedAt
            self.isPolled = isPolled
        }
    }

    /// An object that was claimed for reading, with its lane.
    public struct Claim: Sendable, Hashable {
        /// The connection.
        public var connection: ConnectionID
        /// The object.
        public var native: NativeReference
        /// How many hints had come when it was claimed.
        public var marks: Int64
        /// How often reading it has failed.
        public var attempts: Int
        /// Whether the event shall carry every field.
        public var isWhole: Bool
        /// The correlation of the newest hint.
        public var correlation: CanonicalID
        /// When the first of the hints came.
        public var hintedAt: Instant
        /// The lane.
        public var lane: Lane
        /// Whether it was claimed to find out whether the system answers again: a failure of the connection is not its own
        /// then.
        public var isProbe = false
        /// Whether only polls have named it.
        public var isPolled = false

        /// Takes the parts.
        public init(
            connection: ConnectionID, native: NativeReference, marks: Int64, attempts: Int, isWhole: Bool,
            correlation: CanonicalID, hintedAt: Instant, lane: Lane, isProbe: Bool = false,
            isPolled: Bool = false
        ) {
            self.connection = connection
            self.native = native
            self.marks = marks
            self.attempts = attempts
            self.isWhole = isWhole
            self.correlation = correlation
            self.hintedAt = hintedAt
            self.lane = lane
            self.isProbe = isProbe
            self.isPolled = isPolled
        }
    }

    /// Marks objects, once for each of the hints.
    ///
    /// Polls look back, so that they miss nothing, and so name each change more than once: an object of which a read has
    /// shown that change is not marked again. A time without a fraction of a second may stand for two changes: it counts
    /// once a read has shown it that began ten seconds after another one that did, when that second was over at the
    /// vendor, whichever replicas have read, as far as their clocks agree that much.
    ///
    /// - Parameter delay: how long a first hint waits for others of the same object.
    public static func mark(_ marks: [Mark], delay: Duration = .zero) -> Statement<Void> {
        // One row per object, for a statement cannot change one twice.
        var merged: [LaneKey: (mark: Mark, count: Int64)] = [:]
        for mark in marks {
            let key = LaneKey.object(mark.native, in: mark.connection)
            guard let known = merged[key] else {
                merged[key] = (mark, 1)
                continue
            }
            var next = mark
            next.isWhole = mark.isWhole || known.mark.isWhole
            next.hintedAt = min(mark.hintedAt, known.mark.hintedAt)
            next.isPolled = mark.isPolled && known.mark.isPolled
            next.changedAt = mark.changedAt.flatMap { at in known.mark.changedAt.map { max(at, $0) } }
            merged[key] = (next, known.count + 1)
        }
        let rows = merged.sorted { $0.key < $1.key }.map(\.value)
        let natives = rows.map(\.mark.native)
        let times = rows.map(\.mark.changedAt)
        return Statement(
            """
            insert into dirty as d
                (connection, native_type, native_id, marks, whole, correlation, hinted_at, due_at, polled)
            select connection, native_type, native_id, marks, whole, correlation, hinted_at, \(SQL.after(delay)),
                polled
            from unnest(
                \(rows.map(\.mark.connection)), \(natives.map(\.type)), \(natives.map(\.id)), \(rows.map(\.count)),
                \(rows.map(\.mark.isWhole)), \(rows.map(\.mark.correlation)), \(rows.map(\.mark.hintedAt)),
                \(times), \(times.map { ($0?.microseconds ?? 0) % 1_000_000 != 0 }), \(rows.map(\.mark.isPolled))
            ) as given(
                connection, native_type, native_id, marks, whole, correlation, hinted_at, changed_at, is_exact, polled)
            where changed_at is null or not exists (
                select from shadow s
                where s.connection = given.connection and s.native_type = given.native_type
                    and s.native_id = given.native_id and (s.modified_at > changed_at or s.modified_at = changed_at
                        and (is_exact or s.read_at >= s.modified_seen_at + interval '10 seconds')))
            order by 1, 2, 3
            on conflict (connection, native_type, native_id) do update set
                marks = d.marks + excluded.marks, whole = d.whole or excluded.whole,
                correlation = excluded.correlation, due_at = least(d.due_at, excluded.due_at),
                polled = d.polled and excluded.polled
            """)
    }

    /// Of how many times the limit a claim chooses, so that replicas which claim at once do not all want the same.
    static let claimWindow = 4

    /// Claims due objects of a connection, each with its lane; nothing while the connection is paused or its circuit is
    /// open.
    ///
    /// It looks at the oldest and locks of these the first in the order in which marks are written: a row that changes
    /// between the look and the lock is waited for in spite of `skip locked`, and nobody may then hold a later one. What
    /// is left stays among the oldest, so that its turn comes.
    public static func claim(
        of connection: ConnectionID, holder: String, limit: Int, lease: Duration, ceiling: Duration
    ) -> Statement<[Claim]> {
        Statement(
            """
            with \(Circuits.gate(connection, .reading)), oldest as materialized (
                select native_type, native_id
                from dirty d
                where d.connection = \(connection) and d.due_at <= statement_timestamp() and exists (select from gate)
                    and not exists (
                        select from lane where lane.connection = d.connection
                            and lane.key = d.native_type || '/' || d.native_id
                            and lane.until + \(SQL.interval(ceiling)) >= clock_timestamp())
                order by d.due_at
                limit \(limit * claimWindow)
            ), chosen as materialized (
                select object.*, object.native_type || '/' || object.native_id as key
                from (select native_type, native_id from oldest order by 1, 2) as old, lateral (
                    select d.native_type, d.native_id, marks, attempts, whole, correlation, hinted_at, polled
                    from dirty d
                    where d.connection = \(connection) and d.native_type = old.native_type
                        and d.native_id = old.native_id and d.due_at <= statement_timestamp()
                    for no key update skip locked
                ) as object
                limit (select case when is_probing then 1 else \(limit) end from gate)
            ), \(Circuits.admission(connection, .reading, for: ceiling)), held as (
                insert into lane as l (connection, key, holder, until)
                select \(connection), key, \(holder), \(SQL.after(lease)) from admitted order by key
                \(Lanes.takeOver(ceiling: ceiling))
                returning l.key, l.epoch
            )
            select c.native_type, c.native_id, c.marks, c.attempts, c.whole, c.correlation, c.hinted_at, c.key,
                held.epoch, (select is_probing from gate), c.polled
            from admitted c join held using (key)
            """
        ) { result in
            try result.map { row in
                Claim(
                    connection: connection,
                    native: NativeReference(type: try row[0, as: String.self], id: try row[1, as: String.self]),
                    marks: try row[2, as: Int64.self], attempts: try row[3, as: Int.self],
                    isWhole: try row[4, as: Bool.self], correlation: try row[5, as: CanonicalID.self],
                    hintedAt: try row[6, as: Instant.self],
                    lane: Lane(
                        key: LaneKey(connection: connection, key: try row[7, as: String.self]),
                        epoch: try row[8, as: Int64.self]),
                    isProbe: try row[9, as: Bool.self], isPolled: try row[10, as: Bool.self])
            }
        }
    }

    /// Locks what claims are of, in the order in which marks are written.
    ///
    /// The first statement of a transaction that clears objects or puts them off: whoever claims holds the row and waits
    /// for the lane, so nobody may hold the lane and wait for the row; and whoever marks locks one row after the other.
    public static func lock(_ claims: some Collection<Claim>) -> Statement<Void> {
        Statement(
            """
            select from unnest(
                \(claims.map(\.connection)), \(claims.map(\.native.type)), \(claims.map(\.native.id)))
                as given(connection, native_type, native_id)
            join dirty d using (connection, native_type, native_id)
            order by d.connection, d.native_type, d.native_id
            for update of d
            """)
    }

    /// Clears objects that were read, no further than the hints that had come before; one with more stays due.
    ///
    /// - Returns: how many are clear.
    public static func clear(_ claims: [Claim]) -> Statement<Int> {
        Statement(
            """
            with given as materialized (
                select * from unnest(
                    \(claims.map(\.connection)), \(claims.map(\.native.type)), \(claims.map(\.native.id)),
                    \(claims.map(\.marks))) as g(connection, native_type, native_id, marks)
            ), cleared as (
                delete from dirty as d using given
                where d.connection = given.connection and d.native_type = given.native_type
                    and d.native_id = given.native_id and d.marks <= given.marks
                returning 1
            ), hinted as (
                update dirty as d set attempts = 0, failure = null, due_at = clock_timestamp() from given
                where d.connection = given.connection and d.native_type = given.native_type
                    and d.native_id = given.native_id and d.marks > given.marks
            )
            select count(*) from cleared
            """
        ) { try $0[0][0, as: Int.self] }
    }

    /// Puts objects off whose reading failed, or that must not be read yet.
    ///
    /// - Parameters:
    ///   - failure: why, in words; nil where no attempt was made. It counts as an attempt, except for a probe.
    public static func putOff(_ claims: [Claim], by delay: Duration, failure: String?) -> Statement<Int> {
        .counting(
            """
            update dirty as d set due_at = \(SQL.after(delay)), failure = coalesce(\(failure as String?), d.failure),
                attempts = d.attempts + case when given.is_probe then 0 else \(failure == nil ? 0 : 1) end
            from unnest(
                \(claims.map(\.connection)), \(claims.map(\.native.type)), \(claims.map(\.native.id)),
                \(claims.map(\.isProbe))) as given(connection, native_type, native_id, is_probe)
            where d.connection = given.connection and d.native_type = given.native_type
                and d.native_id = given.native_id
            """)
    }

    /// How many objects of a connection are due to be read, counted no further than a limit.
    public static func due(of connection: ConnectionID, upTo limit: Int) -> Statement<Int> {
        Statement(
            """
            select count(*) from (
                select from dirty where connection = \(connection) and due_at <= statement_timestamp() limit \(limit)
            ) as due
            """
        ) { try $0[0][0, as: Int.self] }
    }
}
