public import CanonicalModel
internal import Postgres

/// How the probes fare that go the way of changes, from one connection to another (decision 0019).
public struct Canary: Sendable, Hashable {
    /// The connection whose adapter sends them.
    public var source: ConnectionID
    /// The connection whose adapter they are for.
    public var target: ConnectionID
    /// Since when they are wanted.
    public var madeAt: Instant
    /// When one was sent last.
    public var sentAt: Instant?
    /// When the oldest was sent that has not arrived, nor any later one; nil where none is under way.
    public var waitingSince: Instant?
    /// When one arrived last.
    public var arrivedAt: Instant?
    /// How long that one took.
    public var took: Duration?

    /// Takes the parts.
    public init(
        source: ConnectionID, target: ConnectionID, madeAt: Instant, sentAt: Instant? = nil,
        waitingSince: Instant? = nil, arrivedAt: Instant? = nil, took: Duration? = nil
    ) {
        self.source = source
        self.target = target
        self.madeAt = madeAt
        self.sentAt = sentAt
        self.waitingSince = waitingSince
        self.arrivedAt = arrivedAt
        self.took = took
    }

    /// All ways.
    public static var all: Statement<[Canary]> {
        Statement(
            """
            select source, target, made_at, sent_at, waiting_since, arrived_at, took from canary order by source, target
            """
        ) { result in
            try result.map { row in
                Canary(
                    source: try row[0, as: ConnectionID.self], target: try row[1, as: ConnectionID.self],
                    madeAt: try row[2, as: Instant.self], sentAt: try row[3, as: Instant?.self],
                    waitingSince: try row[4, as: Instant?.self], arrivedAt: try row[5, as: Instant?.self],
                    took: try row[6, as: Int64?.self].map { .microseconds($0) })
            }
        }
    }

    /// Makes the ways of flows known, and forgets the others.
    public static func declare(_ ways: Set<Way>) -> Statement<Void> {
        let ways = ways.sorted()
        return Statement(
            """
            with given as materialized (
                select * from unnest(\(ways.map(\.source)), \(ways.map(\.target))) as g(source, target)
            ), gone as (
                delete from canary c where not exists (
                    select from given g where g.source = c.source and g.target = c.target)
            )
            insert into canary (source, target) select source, target from given order by 1, 2 on conflict do nothing
            """)
    }

    /// Notes that a probe leaves a connection, in the transaction that writes its message.
    ///
    /// While one is under way no other follows for ten minutes: one is enough to see that the way is cut, and nothing is to
    /// pile up before it.
    ///
    /// - Returns: the probe; nil where none is wanted, and then nothing is to be sent.
    public static func send(from source: ConnectionID) -> Statement<CanaryProbe?> {
        Statement(
            """
            update canary set sent = sent + 1, sent_at = clock_timestamp(),
                waiting_since = coalesce(waiting_since, clock_timestamp())
            where source = \(source)
                and (waiting_since is null or sent_at < clock_timestamp() - interval '10 minutes')
            returning target, sent, sent_at
            """
        ) { result in
            guard let first = result.first else { return nil }
            let numbers = try result.map { (try $0[0, as: ConnectionID.self], try $0[1, as: Int64.self]) }
            return CanaryProbe(
                source: source, sentAt: try first[2, as: Instant.self],
                numbers: Dictionary(numbers) { first, _ in first })
        }
    }

    /// Notes that probes have arrived, in the transaction that settles their messages.
    ///
    /// A number that was never sent is that of a time which a restored database has lost; taken for one of ours, it would
    /// have all that follow taken for old ones.
    public static func arrive(_ probes: [CanaryProbe], at target: ConnectionID) -> Statement<Void> {
        var newest: [ConnectionID: (number: Int64, sentAt: Instant)] = [:]
        for probe in probes {
            guard let number = probe.numbers[target], number > newest[probe.source]?.number ?? 0 else { continue }
            newest[probe.source] = (number, probe.sentAt)
        }
        let rows = newest.sorted { $0.key < $1.key }
        return Statement(
            """
            update canary c set arrived = g.number, arrived_at = clock_timestamp(),
                took = (extract(epoch from clock_timestamp() - g.sent_at) * 1000000)::bigint,
                waiting_since = case when c.sent > g.number then c.sent_at end
            from unnest(\(rows.map(\.key)), \(rows.map(\.value.number)), \(rows.map(\.value.sentAt)))
                as g(source, number, sent_at)
            where c.source = g.source and c.target = \(target) and c.arrived < g.number and g.number <= c.sent
            """)
    }

    /// A way from one connection to another.
    public struct Way: Sendable, Hashable, Comparable {
        /// Where changes are made.
        public var source: ConnectionID
        /// Where they must be seen.
        public var target: ConnectionID

        /// Takes the ends.
        public init(from source: ConnectionID, to target: ConnectionID) {
            self.source = source
            self.target = target
        }

        /// Orders by source and target.
        public static func < (left: Way, right: Way) -> Bool {
            (left.source, left.target) < (right.source, right.target)
        }
    }
}
