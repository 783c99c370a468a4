/// Hands messages to the broker and tells what became of each.
public protocol MessagePublisher: Sendable {
    /// Publishes the batch in its order and waits for the broker's word on every message.
    ///
    /// - Returns: one outcome per message, in the batch's order. It never throws and never waits for ever: what has no
    ///   answer within the publisher's deadline is `unknown`.
    ///
    /// Batches of concurrent callers share one ordered stream, and several may be in flight.
    func publish(_ batch: [OutgoingMessage]) async -> [PublishOutcome]
}
