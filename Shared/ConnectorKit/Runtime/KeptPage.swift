public import CanonicalModel

/// What a poll brought.
public struct KeptPage: Sendable {
    /// The connection.
    public var connection: ConnectionID
    /// The stream.
    public var stream: String
    /// The correlation of the objects that are marked.
    public var correlation: CanonicalID
    /// What may have changed.
    public var hints: [ChangeHint]
    /// The cursor before; nil for the first poll.
    public var before: String?
    /// The cursor from now on.
    public var cursor: String
}
