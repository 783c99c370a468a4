/// Says how long to wait before the next attempt: exponential, bounded, with jitter.
///
/// Pure: the caller counts the attempts (in a row of the database) and brings the random numbers.
public struct RetrySchedule: Sendable, Equatable {
    /// How one class is retried.
    public struct Pace: Sendable, Equatable {
        /// The middle of the first delay.
        public var first: Duration
        /// What each further delay is multiplied by; at least 1.
        public var factor: Double
        /// No delay is longer, jitter included.
        public var ceiling: Duration
        /// How many attempts are made in all; then the answer is nil.
        public var attempts: Int

        /// Creates a pace; a value out of range is brought to the nearest sensible one.
        public init(first: Duration, factor: Double = 2, ceiling: Duration, attempts: Int) {
            self.first = max(.milliseconds(1), first)
            self.factor = factor.isFinite ? max(1, factor) : 1
            self.ceiling = max(self.first, ceiling)
            self.attempts = max(1, attempts)
        }
    }

    /// The pace by class; a class without one is not retried.
    public var paces: [FailureClass: Pace]

    /// Creates a schedule.
    public init(paces: [FailureClass: Pace]) {
        self.paces = paces
    }

    /// The schedule of the product: patient with what heals by itself, brief with what asks for a person.
    ///
    /// What is not the work's fault is never given up: a limit, refused credentials. No wait is longer than five minutes, so
    /// that a failure that was passing is over within a quarter of an hour after its cause (R25.12); what is held up by an
    /// open circuit goes as soon as that closes.
    public static let standard = RetrySchedule(paces: [
        .transient: Pace(first: .seconds(1), ceiling: .seconds(300), attempts: 20),
        .rateLimited: Pace(first: .seconds(2), ceiling: .seconds(300), attempts: .max),
        .authentication: Pace(first: .seconds(15), ceiling: .seconds(300), attempts: .max),
        .stale: Pace(first: .seconds(1), ceiling: .seconds(60), attempts: 12),
        .notFound: Pace(first: .seconds(2), ceiling: .seconds(60), attempts: 4),
        .unknownOutcome: Pace(first: .seconds(5), ceiling: .seconds(300), attempts: 20),
    ])

    /// Returns the delay before the next attempt.
    ///
    /// - Parameters:
    ///   - attempt: how many attempts have failed, from 1.
    ///   - failure: the class of the last failure.
    ///   - serverDelay: what the other side asked for (`Retry-After`); the delay is never shorter, though it may be
    ///     longer than the ceiling then.
    ///   - spread: 0 to 1, at random: the jitter, which puts the delay between 50 % and 100 % of its nominal length.
    /// - Returns: nil when the attempts are used up or the class is not retried: a dead letter.
    public func delay(
        attempt: Int, after failure: FailureClass, serverDelay: Duration = .zero, spread: Double
    ) -> Duration? {
        guard let pace = paces[failure], attempt < pace.attempts else { return nil }
        let nominal = Self.nominal(attempt: max(1, attempt), pace: pace)
        let jittered = nominal * (0.5 + min(max(spread, 0), 1) / 2)
        return max(jittered, serverDelay)
    }

    private static func nominal(attempt: Int, pace: Pace) -> Duration {
        var delay = pace.first
        // Stops at the ceiling, so that neither the loop nor the product can run away.
        for _ in 1..<attempt {
            guard delay < pace.ceiling, pace.factor > 1 else { break }
            delay = min(pace.ceiling, delay * pace.factor)
        }
        return delay
    }
}
