import Synchronization

/// What can be changed about a vendor's sandbox while it runs.
public final class SandboxSettings: Sendable {
    /// The values.
    public struct Values: Sendable {
        /// Whether rate limits are counted but not enforced, for benchmarks.
        public var limitsLifted = false
        /// A fixed time that each request takes before it is carried out, in milliseconds.
        public var latencyMilliseconds: Int64 = 0
        /// How long a change takes to be found by searches, in milliseconds.
        public var indexLagMilliseconds: Int64 = 0

        /// What the waits between the attempts of a webhook are multiplied with.
        public var webhookRetryFactor = 1.0

        /// No latency, no lag, limits enforced.
        public init() {}
    }

    private let state: Mutex<Values>
    private let initial: Values

    /// Settings that start with the values and return to them on a reset.
    public init(_ values: Values = Values()) {
        initial = values
        state = Mutex(values)
    }

    /// The values now.
    public var values: Values { state.withLock { $0 } }

    /// Whether rate limits are not enforced.
    public var limitsLifted: Bool { values.limitsLifted }

    /// Changes values.
    public func update(_ body: (inout Values) -> Void) {
        state.withLock { body(&$0) }
    }

    func reset() {
        state.withLock { $0 = initial }
    }
}
