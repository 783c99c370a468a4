public import CanonicalModel
internal import Postgres

/// The calls that an account may still make: one bucket, shared by all replicas of all its connections.
public enum RateBudgets {
    /// The answer to a request for calls.
    public enum Grant: Sendable, Hashable {
        /// So many calls may be made now.
        case granted(Int)
        /// Ask again after this time; the account has so many calls a second.
        case wait(Duration, perSecond: Double)
    }

    /// Declares an account's bucket; what is in it stays, up to the burst.
    public static func declare(_ account: String, burst: Double, perSecond: Double) -> Statement<Void> {
        Statement(
            """
            insert into rate_budget as b (account, burst, per_second, tokens)
            values (\(account), \(burst), \(perSecond), \(burst))
            on conflict (account) do update set burst = excluded.burst, per_second = excluded.per_second,
                tokens = least(b.tokens, excluded.burst)
            """)
    }

    /// Takes calls out of the bucket, or says how long to wait.
    ///
    /// Its commit does not wait for the disk: all callers of an account wait for this one row, and what a crash of the
    /// database forgets are the calls of the last moment. So it must run in a transaction of its own.
    ///
    /// - Parameters:
    ///   - count: how many calls; more than the burst are granted once the bucket is full.
    ///   - ahead: how many calls more the caller will soon want. They are granted only out of the upper half of the
    ///     bucket, and no more than a quarter of it or a fifth of a second's refill, so that scarce calls go to whoever
    ///     needs them.
    ///   - reserve: the share of the burst, 0 to 1, that this caller must leave for others: 0 for dispatch and money, more
    ///     for the rest, most for replay and backfill.
    public static func take(
        _ count: Int, ahead: Int = 0, of account: String, reserve: Double = 0
    ) -> Statement<Grant> {
        Statement(
            """
            with hurried as materialized (
                select set_config('synchronous_commit', 'off', true)
            ), bucket as materialized (
                select account, burst, per_second, blocked_until,
                    least(burst, tokens + greatest(
                        extract(epoch from clock_timestamp() - refilled_at)::double precision, 0) * per_second) as level,
                    least(\(Double(count)), burst * (1 - \(reserve))) + burst * \(reserve) as needed
                from rate_budget where account = \(account) and exists (select from hurried) for no key update
            ), answer as materialized (
                select account, level, per_second, \(Double(count)) + greatest(0, floor(least(
                        \(Double(ahead)), burst / 4, per_second / 5, level - needed - burst / 2))) as taken, case
                    when blocked_until > clock_timestamp()
                        then extract(epoch from blocked_until - clock_timestamp())::double precision
                    when level >= needed then 0
                    else (needed - level) / per_second end as wait
                from bucket
            ), written as (
                update rate_budget as b
                set tokens = a.level - a.taken, refilled_at = clock_timestamp(),
                    blocked_until = case when b.blocked_until > clock_timestamp() then b.blocked_until end
                from answer a where b.account = a.account and a.wait = 0
            )
            select wait, taken, per_second from answer
            """
        ) { result in
            // An account that was never declared has no limit that we know of.
            guard let row = result.first else { return .granted(count) }
            let wait = try row[0, as: Double.self]
            guard wait > 0 else { return .granted(Int(try row[1, as: Double.self])) }
            return .wait(
                .microseconds(Int64((min(wait, 86_400) * 1_000_000).rounded(.up))),
                perSecond: try row[2, as: Double.self])
        }
    }

    /// Blocks an account, since the vendor asked for it (`Retry-After`); a longer block stays.
    public static func block(_ account: String, for pause: Duration) -> Statement<Void> {
        Statement(
            """
            update rate_budget set blocked_until = greatest(blocked_until, \(SQL.after(pause)))
            where account = \(account)
            """)
    }

    /// How full the bucket of an account is.
    public struct Level: Sendable, Hashable {
        /// The account.
        public var account: String
        /// How many calls may be made at once; below 0 where more than the burst were granted.
        public var calls: Double
        /// How many they are at most.
        public var burst: Double
        /// How many come back each second.
        public var perSecond: Double
        /// Until when the vendor wants no call; nil where it has not said so.
        public var blockedUntil: Instant?

        /// Takes the parts.
        public init(account: String, calls: Double, burst: Double, perSecond: Double, blockedUntil: Instant?) {
            self.account = account
            self.calls = calls
            self.burst = burst
            self.perSecond = perSecond
            self.blockedUntil = blockedUntil
        }
    }

    /// The buckets of all accounts that connections have.
    public static var levels: Statement<[Level]> {
        Statement(
            """
            select account,
                least(burst, tokens + greatest(
                    extract(epoch from clock_timestamp() - refilled_at)::double precision, 0) * per_second),
                burst, per_second, case when blocked_until > clock_timestamp() then blocked_until end
            from rate_budget b where exists (select from connection c where c.account = b.account)
            order by account
            """
        ) { result in
            try result.map { row in
                Level(
                    account: try row[0, as: String.self], calls: try row[1, as: Double.self],
                    burst: try row[2, as: Double.self], perSecond: try row[3, as: Double.self],
                    blockedUntil: try row[4, as: Instant?.self])
            }
        }
    }

    /// An account whose work waits for calls.
    public struct Shortage: Sendable, Hashable {
        /// The account.
        public var account: String
        /// The connections whose work or reading waits.
        public var connections: [ConnectionID]
        /// How many pieces wait.
        public var waiting: Int
        /// Until when the vendor wants no call; nil where it has not said so.
        public var blockedUntil: Instant?

        /// Takes the parts.
        public init(account: String, connections: [ConnectionID], waiting: Int, blockedUntil: Instant?) {
            self.account = account
            self.connections = connections
            self.waiting = waiting
            self.blockedUntil = blockedUntil
        }
    }

    /// The accounts for whose calls work waits that was put off for want of them, or that are blocked.
    public static var shortages: Statement<[Shortage]> {
        Statement(
            """
            with put_off as materialized (
                select connection, count(*) as waiting from work
                where state = 'ready' and failure_class = 'rate_limited' group by connection
            )
            select c.account, array_agg(c.id order by c.id), coalesce(sum(w.waiting), 0)::bigint,
                max(b.blocked_until) filter (where b.blocked_until > clock_timestamp())
            from connection c
            left join put_off w on w.connection = c.id
            left join rate_budget b on b.account = c.account
            group by c.account
            having coalesce(sum(w.waiting), 0) > 0 or max(b.blocked_until) > clock_timestamp()
            order by c.account
            """
        ) { result in
            try result.map { row in
                Shortage(
                    account: try row[0, as: String.self], connections: try row[1, as: [ConnectionID].self],
                    waiting: try row[2, as: Int.self], blockedUntil: try row[3, as: Instant?.self])
            }
        }
    }
}
