public import CanonicalModel
internal import Postgres
public import SyncCore

/// The circuits of connections: one for what is read there, one for what is written.
///
/// While a circuit is open nothing of its direction is claimed, though work is still taken in; afterwards one piece probes.
/// The two fail apart: a system that refuses to be written to may still be read.
public enum Circuits {
    /// What a circuit is for.
    public enum Direction: String, Sendable, CaseIterable, TextColumn {
        /// Reading what has changed.
        case reading
        /// Writing what shall be there.
        case writing
    }

    /// How a circuit is.
    public struct State: Sendable, Hashable {
        /// How many rounds of calls have failed in a row by the connection's own fault.
        public var failures = 0
        /// Since when nothing but probes is made; nil while the circuit is closed.
        public var openedAt: Instant?
        /// Until when nothing is claimed.
        public var openUntil: Instant?
        /// The class of the last failure.
        public var failureClass: FailureClass?
        /// The last failure, in words; it stays when the circuit closes.
        public var failure: String?
        /// What a person can do about it.
        public var fix: String?
        /// When a round of calls succeeded last, to the minute.
        public var succeededAt: Instant?

        /// Whether the connection answers, as far as is known.
        public var isClosed: Bool { openedAt == nil }

        /// A closed circuit of which nothing is known.
        public init() {}
    }

    /// A failure of the connection itself.
    public struct Failure: Sendable, Hashable {
        /// Its class.
        public var failureClass: FailureClass
        /// In words.
        public var text: String
        /// What a person can do about it.
        public var fix: String

        /// Takes the parts.
        public init(_ failureClass: FailureClass, text: String, fix: String) {
            self.failureClass = failureClass
            self.text = text
            self.fix = fix
        }
    }

    /// When a circuit opens, and for how long.
    public struct Settings: Sendable, Hashable {
        /// How many failures in a row open it; 1 opens it at once.
        public var threshold: Int
        /// How long it stays open at first; the time doubles with each probe that fails.
        public var pause: Duration
        /// The longest time that it stays open.
        public var ceiling: Duration

        /// Takes the parts.
        public init(threshold: Int, pause: Duration, ceiling: Duration) {
            self.threshold = threshold
            self.pause = pause
            self.ceiling = ceiling
        }

        /// What suits a class of failure: refused credentials do not get better by trying, outages are over in a moment.
        public static func standard(for failureClass: FailureClass) -> Settings {
            failureClass == .authentication
                ? Settings(threshold: 1, pause: .seconds(15), ceiling: .seconds(60))
                : Settings(threshold: 5, pause: .seconds(1), ceiling: .seconds(15))
        }
    }

    /// Notes that a round of calls has failed by the connection's own fault.
    ///
    /// Rounds that were on their way when the circuit opened, or while a probe is made, change nothing.
    ///
    /// - Parameter spread: 0 to 1, at random: shortens the pause by up to a quarter, so that connections of one vendor do not
    ///   probe in step.
    public static func failed(
        _ connection: ConnectionID, _ direction: Direction, _ failure: Failure, isProbe: Bool = false,
        settings: Settings, spread: Double = 0
    ) -> Statement<Void> {
        // Only an answer closes what is open: refused credentials open it at once, and an outage after them keeps it so.
        let opens: SQL = "(opened_at is not null or failures + 1 >= \(settings.threshold))"
        let length: SQL = """
            least(\(SQL.interval(settings.pause)) * power(2, greatest(least(failures + 1 - \(settings.threshold), 16), 0)),
                \(SQL.interval(settings.ceiling))) * \(1 - min(max(spread, 0), 1) / 4)
            """
        return Statement(
            """
            update circuit set
                failures = failures + 1, failure_class = \(failure.failureClass), failure = \(failure.text.storable),
                fix = \(failure.fix.storable), failed_at = clock_timestamp(),
                opened_at = case when \(opens) then coalesce(opened_at, clock_timestamp()) end,
                open_until = case when \(opens) then clock_timestamp() + \(length) end
            where connection = \(connection) and direction = \(direction)
                and (\(isProbe) or coalesce(open_until <= clock_timestamp(), true))
            """)
    }

    /// Notes that a system has answered, which closes the circuit and makes due at once what waits for it after a failure of
    /// the connection.
    ///
    /// It writes only where there is something to change, or once a minute; it skips what others hold, and locks in the order
    /// in which commands and marks are written.
    public static func answered(_ connection: ConnectionID, _ direction: Direction) -> Statement<Void> {
        let hastened: SQL =
            switch direction {
            case .writing:
                """
                update work as w set due_at = clock_timestamp() from (
                    select connection, record, entity from work
                    where exists (select from failing) and connection = \(connection) and state = 'ready'
                        and priority = any ('{0,1,2}') and due_at > clock_timestamp()
                        and failure_class in ('transient', 'authentication', 'unknown_outcome')
                    order by connection, record, entity
                    for no key update skip locked
                ) as waiting
                where w.connection = waiting.connection and w.record = waiting.record and w.entity = waiting.entity
                """
            case .reading:
                """
                update dirty as d set due_at = clock_timestamp() from (
                    select connection, native_type, native_id from dirty
                    where exists (select from failing) and connection = \(connection)
                        and due_at > clock_timestamp() and attempts > 0
                    order by connection, native_type, native_id
                    for update skip locked
                ) as waiting
                where d.connection = waiting.connection and d.native_type = waiting.native_type
                    and d.native_id = waiting.native_id
                """
            }
        return Statement(
            """
            with failing as materialized (
                select from circuit
                where connection = \(connection) and direction = \(direction) and failures > 0
            ), closed as (
                update circuit set failures = 0, opened_at = null, open_until = null, succeeded_at = clock_timestamp()
                where connection = \(connection) and direction = \(direction) and (
                    failures > 0 or open_until is not null or succeeded_at is null
                    or succeeded_at < clock_timestamp() - interval '1 minute')
            )
            \(hastened)
            """)
    }

    /// Notes that a probe came to no call: the next one may go at once.
    public static func untested(_ connection: ConnectionID, _ direction: Direction) -> Statement<Void> {
        Statement(
            """
            update circuit set open_until = clock_timestamp()
            where connection = \(connection) and direction = \(direction) and open_until > clock_timestamp()
            """)
    }

    /// Whether calls may be made at all: the connection is not paused, its circuit not open, and what is to be written is not
    /// held by a recovery.
    public static func mayCall(_ connection: ConnectionID, _ direction: Direction) -> Statement<Bool> {
        Statement("with \(gate(connection, direction)) select exists (select from gate)") {
            try $0[0][0, as: Bool.self]
        }
    }

    /// The start of a claim: a row where something may be claimed, which says whether it can only be a probe.
    static func gate(_ connection: ConnectionID, _ direction: Direction) -> SQL {
        // A restored database knows less than the systems: it reads before anything is written.
        let held: SQL =
            direction == .writing ? "and not exists (select from recovery where released_at is null)" : ""
        return """
            gate as materialized (
                select c.open_until is not null as is_probing
                from (select \(connection)) as given(connection)
                left join connection_state s on s.connection = given.connection
                left join circuit c on c.connection = given.connection and c.direction = \(direction)
                where not coalesce(s.paused, false) and coalesce(c.open_until <= clock_timestamp(), true) \(held)
            )
            """
    }

    /// Further parts of a claim: of what was `chosen`, what is `admitted`; of several who would probe at once, one does, and
    /// holds the others off for a time.
    static func admission(_ connection: ConnectionID, _ direction: Direction, for time: Duration) -> SQL {
        """
        probe as (
            update circuit set open_until = \(SQL.after(time))
            where connection = \(connection) and direction = \(direction) and open_until <= clock_timestamp()
                and exists (select from chosen)
            returning 1
        ), admitted as materialized (
            select * from chosen
            where exists (select from gate where not is_probing) or exists (select from probe)
        )
        """
    }
}
