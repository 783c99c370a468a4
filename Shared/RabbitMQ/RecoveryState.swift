/// Decides when to connect again.
///
/// Pure: no socket, no clock, no randomness of its own.
///
/// Delays double from `first` to `ceiling` and are spread over their upper half, so that replicas that lost the same
/// broker do not all come back at once. Only a connection that has lasted resets them: one that breaks as soon as it is
/// set up must not spin.
struct RecoveryState {
    /// What to do next.
    enum Action: Equatable {
        /// Open a new channel on the same connection.
        case reopenChannel
        /// Throw the connection away and make a new one, not before this instant.
        case reconnect(at: ContinuousClock.Instant)
    }

    let first: Duration
    let ceiling: Duration
    let stableAfter: Duration

    private(set) var failures = 0
    private(set) var reconnects = 0
    private var connectedAt: ContinuousClock.Instant?
    private var hasConnected = false

    init(first: Duration = .milliseconds(100), ceiling: Duration = .seconds(15), stableAfter: Duration = .seconds(5)) {
        self.first = first
        self.ceiling = ceiling
        self.stableAfter = stableAfter
    }

    /// A connection stands, its topology is declared.
    mutating func connected(now: ContinuousClock.Instant) {
        if hasConnected { reconnects += 1 }
        hasConnected = true
        connectedAt = now
    }

    /// The attempt to connect failed, or the connection broke.
    ///
    /// - Parameter spread: 0 to 1, at random: where between half and the whole of the pause the next attempt is made.
    mutating func lost(now: ContinuousClock.Instant, spread: Double) -> Action {
        noteFailure(now: now)
        connectedAt = nil
        // The exponent is bounded, so that the product cannot overflow.
        let nominal = min(ceiling, first * (1 << min(failures - 1, 20)))
        return .reconnect(at: now + nominal * (0.5 + spread / 2))
    }

    /// The broker closed the channel, or cancelled the consumer.
    mutating func channelLost(now: ContinuousClock.Instant, spread: Double) -> Action {
        noteFailure(now: now)
        if failures <= 3 {
            connectedAt = now
            return .reopenChannel
        }
        failures -= 1
        return lost(now: now, spread: spread)
    }

    private mutating func noteFailure(now: ContinuousClock.Instant) {
        if let connectedAt, now - connectedAt >= stableAfter { failures = 0 }
        failures += 1
    }
}
