public import CanonicalModel

/// How fresh a flow is.
public struct FlowFigure: Sendable, Hashable {
    /// The flow.
    public var flow: Flow
    /// When the oldest change was made that is unsynced (see `Freshness`); nil where nothing is.
    public var oldestChangeAt: Instant?
    /// How many changes are unsynced.
    ///
    /// Changes of one record that are one piece of work count once.
    public var changes: Int
    /// When it was measured.
    public var measuredAt: Instant
}
