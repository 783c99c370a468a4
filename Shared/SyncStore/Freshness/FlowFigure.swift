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
    /// When the oldest change was made that is on its way: that waits for no parent, for no person, and not for its turn in
    /// a replay; nil where nothing is.
    public var movingSince: Instant?
    /// How many changes are on their way.
    public var moving: Int
    /// How old the oldest change on its way may become; nil where nobody has said.
    public var objective: Duration?
    /// When it was measured.
    public var measuredAt: Instant

    /// Takes the parts.
    public init(
        flow: Flow, oldestChangeAt: Instant?, changes: Int, movingSince: Instant?, moving: Int, objective: Duration?,
        measuredAt: Instant
    ) {
        self.flow = flow
        self.oldestChangeAt = oldestChangeAt
        self.changes = changes
        self.movingSince = movingSince
        self.moving = moving
        self.objective = objective
        self.measuredAt = measuredAt
    }
}
