/// A limit of so many requests in any stretch of so many milliseconds.
public struct RollingWindow: Sendable {
    /// Whether a request may go on.
    public enum Verdict: Sendable, Equatable {
        /// It may; so many more may follow now.
        case allowed(remaining: Int)
        /// It may not; the window has room again after so many milliseconds.
        case refused(waitMilliseconds: Int64)
    }

    /// The most requests in one window.
    public let limit: Int
    /// The length of the window.
    public let milliseconds: Int64

    // A ring of the times of the last `limit` requests: the oldest decides.
    private var times: [Int64] = []
    private var oldest = 0

    /// A window without requests yet; `limit` is at least 1.
    public init(limit: Int, milliseconds: Int64) {
        self.limit = max(1, limit)
        self.milliseconds = milliseconds
    }

    /// Takes one request, unless the window is full; with `enforced: false` it counts and lets everything through.
    public mutating func take(now: SandboxInstant, enforced: Bool = true) -> Verdict {
        let time = now.milliseconds
        if times.count < limit {
            times.append(time)
            return .allowed(remaining: limit - inWindow(time))
        }
        let age = time - times[oldest]
        // A clock that was turned back starts the window afresh instead of blocking for ever.
        if enforced, age >= 0, age < milliseconds { return .refused(waitMilliseconds: milliseconds - age) }
        times[oldest] = time
        oldest = (oldest + 1) % limit
        return .allowed(remaining: max(0, limit - inWindow(time)))
    }

    private func inWindow(_ time: Int64) -> Int {
        times.count { time - $0 < milliseconds }
    }
}

/// A bucket of points that refills at a steady rate, for query costs.
public struct LeakyBucket: Sendable {
    /// The most points it holds.
    public let capacity: Double
    /// The points that come back each second.
    public let restorePerSecond: Double

    private var level: Double
    private var updated: SandboxInstant?

    /// A full bucket.
    public init(capacity: Double, restorePerSecond: Double) {
        self.capacity = capacity
        self.restorePerSecond = restorePerSecond
        level = capacity
    }

    /// The points in it now.
    public mutating func available(now: SandboxInstant) -> Double {
        if let updated, now > updated {
            level = min(capacity, level + Double(now - updated) / 1000 * restorePerSecond)
        }
        updated = now
        return level
    }

    /// Takes that many points, or none and answers false.
    public mutating func take(_ points: Double, now: SandboxInstant) -> Bool {
        guard available(now: now) >= points else { return false }
        level -= points
        return true
    }

    /// Gives points back, when a request cost less than was taken.
    public mutating func giveBack(_ points: Double) {
        level = min(capacity, level + points)
    }
}
