import SandboxKit

/// What a sandbox holds under its lock: the records, and how much each app has used.
struct JobberState {
    private struct Usage {
        var window = RollingWindow(limit: JobberLimits.requests, milliseconds: JobberLimits.windowMilliseconds)
        var bucket = LeakyBucket(capacity: JobberLimits.bucket, restorePerSecond: JobberLimits.restorePerSecond)
    }

    var store = JobberStore()
    private var usage: [String: Usage] = [:]

    mutating func takeRequest(_ app: String, _ now: SandboxInstant, enforced: Bool) -> RollingWindow.Verdict {
        usage[app, default: Usage()].window.take(now: now, enforced: enforced)
    }

    mutating func take(_ cost: Double, _ app: String, _ now: SandboxInstant) -> Bool {
        usage[app, default: Usage()].bucket.take(cost, now: now)
    }

    mutating func giveBack(_ cost: Double, _ app: String) {
        usage[app, default: Usage()].bucket.giveBack(cost)
    }

    mutating func available(_ app: String, _ now: SandboxInstant) -> Double {
        usage[app, default: Usage()].bucket.available(now: now)
    }
}
