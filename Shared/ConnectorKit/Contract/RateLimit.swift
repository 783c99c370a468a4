/// How many calls a vendor allows, as a bucket that all replicas share.
public struct RateLimit: Sendable, Hashable {
    /// How many calls may be made at once after a pause.
    public var burst: Int
    /// How many calls the bucket gains a second.
    public var perSecond: Double

    /// Takes the parts.
    public init(burst: Int, perSecond: Double) {
        self.burst = burst
        self.perSecond = perSecond
    }
}
