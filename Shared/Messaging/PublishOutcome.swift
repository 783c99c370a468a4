/// What the broker said about one published message.
public enum PublishOutcome: Sendable, Equatable {
    /// Every queue that it was routed to has stored it.
    case confirmed
    /// The broker could not or would not store it (a nack): at least one queue does not have it.
    case refused
    /// No queue is bound for its routing key; the broker has dropped it.
    case returned(code: Int, reason: String)
    /// Nobody knows whether the broker has it: the channel or connection closed before the confirm, or the deadline
    /// passed. The text says which. Publish it again; the consumer de-duplicates by id.
    case unknown(String)

    /// Whether the broker has taken responsibility.
    public var isConfirmed: Bool { self == .confirmed }
}
