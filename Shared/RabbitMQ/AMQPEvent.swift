internal import Messaging

/// What the broker told us without having been asked.
enum AMQPEvent {
    /// These publishes are stored.
    case confirmed(tag: UInt64, multiple: Bool)
    /// These publishes are not stored.
    case refused(tag: UInt64, multiple: Bool)
    /// No queue wanted this message; its confirm follows.
    case returned(id: String, code: Int, reason: String)
    /// A message for our consumer; the token's epoch is not filled in yet.
    case delivered(IncomingMessage)
    /// The broker has ended our consumer, for instance because its queue was deleted.
    case consumerCancelled
    /// The broker has closed the channel; the answer is sent.
    case channelClosed(RabbitError)
    /// The broker asks us to publish no more for now.
    case blocked(reason: String)
    /// The broker takes messages again.
    case unblocked
}
