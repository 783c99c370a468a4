import CanonicalModel

/// Two changes of one field from two systems within the window, with different values; both are kept (R2.5).
public struct Conflict: Hashable, Sendable {
    /// The owner's change.
    public var owner: FieldChange
    /// The other's change.
    public var other: FieldChange
    /// The window that they fall into, in seconds.
    public var window: Int64
    /// How far the two clocks may be apart, in seconds.
    public var tolerance: Int64

    /// Takes the parts.
    public init(owner: FieldChange, other: FieldChange, window: Int64, tolerance: Int64) {
        self.owner = owner
        self.other = other
        self.window = window
        self.tolerance = tolerance
    }

    /// How far apart the changes were made, in seconds, rounded down.
    public var distance: Int64 { abs(owner.changedAt.seconds(since: other.changedAt)) }

    /// Whether the clocks are good enough to say which change was first.
    public var isOrderCertain: Bool { distance > tolerance }
}
