/// A picture of one connection for metrics and health checks.
public struct RabbitHealth: Sendable, Equatable {
    /// Whether the connection stands and its topology is declared.
    public var isConnected = false
    /// Whether the broker has asked publishers to wait (memory or disk alarm).
    public var isBlocked = false
    /// Messages sent and not yet confirmed (publisher), or received and not yet settled (consumer).
    public var inFlight = 0
    /// Messages accepted and not yet sent (publisher), or received and not yet handed out (consumer).
    public var waiting = 0
    /// How often the connection was made again after the first time.
    public var reconnects = 0
    /// Why the connection is down, or was last down; redacted.
    public var lastError: String?

    /// A picture before the first attempt.
    public init() {}
}
