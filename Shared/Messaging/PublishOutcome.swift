/// What the broker said about one published message.
public enum PublishOutcome: Sendable, Equatable {
    /// Every queue that it was routed to has stored it.
    case confirmed
    /// The broker could not or would not store it (a nack): at least one queue does not have it.
    case refused
    /// It cannot be routed, and nobody has stored it.
    ///
    /// Code 312: no queue is bound for its key. 404: there is no such exchange. 403: we may not use it. 311 or 502: the
    /// message itself is impossible (`OutgoingMessage.fault`). Publishing it again without a change does not help.
    case returned(code: Int, reason: String)
    /// Nobody knows whether the broker has it; the text says why.
    ///
    /// The channel or connection closed before the confirm, or the deadline passed. Publish it again; the consumer
    /// de-duplicates by id.
    case unknown(String)

    /// Whether the broker has taken responsibility.
    public var isConfirmed: Bool { self == .confirmed }
}
