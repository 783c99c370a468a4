public import CanonicalModel

/// How much is in flight to a queue, by the message table.
public struct QueueFigure: Sendable, Hashable {
    /// The queue, with the topology's prefix.
    public var queue: String
    /// Messages that are pending or published, and that no consumer has settled.
    public var unsettled: Int
    /// Messages that wait for a link.
    public var parked: Int
    /// When the oldest unsettled one was made; nil where there is none.
    public var oldestAt: Instant?
    /// When it was measured.
    public var measuredAt: Instant
}
