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

    /// Takes the parts.
    public init(
        connection: ConnectionID, stream: String, correlation: CanonicalID, hints: [ChangeHint], before: String?,
        cursor: String
    ) {
        self.connection = connection
        self.stream = stream
        self.correlation = correlation
        self.hints = hints
        self.before = before
        self.cursor = cursor
    }
}
