/// How full a queue is.
public struct QueueDepth: Sendable, Equatable {
    /// The messages that wait; those handed out and not acknowledged are not counted.
    public var messages = 0
    /// The consumers that the queue has.
    public var consumers = 0

    /// Creates a depth.
    public init(messages: Int = 0, consumers: Int = 0) {
        self.messages = messages
        self.consumers = consumers
    }
}
