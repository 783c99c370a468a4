public import CanonicalModel
internal import Glibc
public import Postgres
internal import Synchronization

/// The database's time, as a process reckons it without asking for each moment.
///
/// What processes compare with each other (when an object was read, in which order entries of the audit log were made) must be
/// told by one clock. Each process reads it every few seconds and goes on by its own steady one, so a machine whose clock is
/// wrong, or is set, puts no object ahead of its time and no entry behind what is sealed.
public final class DatabaseClock: Sendable {
    private struct Reading {
        var time: Instant
        var at: ContinuousClock.Instant
        /// How long the question took: the time is off by no more than half of that.
        var span: Duration

        func time(at moment: ContinuousClock.Instant) -> Instant { time.advanced(by: moment - at) }
    }

    private let reading = Mutex<Reading?>(nil)
    private let steady: @Sendable () -> ContinuousClock.Instant
    /// What counts until the database was asked for the first time.
    private let ownClock: @Sendable () -> Instant
    /// How far the two clocks drift apart at most, as a part of the time since a reading.
    private static let drift = 0.000_2
    /// Beyond this the database's clock was set, and a reading counts however long it took.
    private static let leap = Duration.seconds(1)

    /// Makes a clock that nobody has set yet.
    public init(
        steady: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        ownClock: @escaping @Sendable () -> Instant = { DatabaseClock.systemTime }
    ) {
        self.steady = steady
        self.ownClock = ownClock
    }

    /// The time by the clock of this machine.
    public static var systemTime: Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }

    /// The database's time, to some milliseconds.
    public var now: Instant {
        let moment = steady()
        return reading.withLock { $0?.time(at: moment) } ?? ownClock()
    }

    /// Asks the database; a question that took long leaves a better reading as it is.
    public func synchronise(on pool: PostgresPool) async throws {
        let asked = steady()
        let time = try await pool.run(Figures.clock)
        take(time, asked: asked, answered: steady())
    }

    /// Takes an answer: it was true at some moment between the question and its arrival.
    func take(_ time: Instant, asked: ContinuousClock.Instant, answered: ContinuousClock.Instant) {
        let span = answered - asked
        let new = Reading(time: time, at: asked + span / 2, span: span)
        reading.withLock { old in
            guard let known = old else {
                old = new
                return
            }
            let loss = known.span + (answered - known.at) * Self.drift
            let expected = known.time(at: new.at)
            let gap = Duration.microseconds(abs(expected.microseconds - time.microseconds))
            if span <= loss || gap > max(span, Self.leap) { old = new }
        }
    }
}
