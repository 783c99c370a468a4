/// Takes messages off one queue, in batches.
///
/// There is no way to put a message back: a retry is a row in the database, since requeued messages return to the head
/// of the queue and starve the others.
public protocol MessageSource: Sendable {
    /// Returns what has arrived, at least one message and at most the batch size; waits while there is nothing.
    ///
    /// Survives lost connections: the messages come again, from a new epoch. One caller at a time.
    ///
    /// - Throws: `SourceClosed` after the source was shut down; `CancellationError` when the task is cancelled.
    func nextBatch() async throws -> [IncomingMessage]

    /// Tells the broker that these messages are done with, in any order and grouping.
    ///
    /// Call it after the commit. Messages of an earlier epoch, or settled before, are passed over in silence: the
    /// broker delivers the former again.
    func acknowledge(_ batch: [IncomingMessage]) async throws

    /// Rejects the message, so that the broker moves it to the queue's dead letter queue.
    ///
    /// For what cannot even be decoded; everything else has its dead letter in the database.
    func deadLetter(_ message: IncomingMessage) async throws
}

/// Thrown by a source that was shut down.
public struct SourceClosed: Error, Equatable, CustomStringConvertible {
    /// The queue that it read.
    public let queue: String

    /// Creates the error.
    public init(queue: String) {
        self.queue = queue
    }

    /// Says which source was closed.
    public var description: String { "the source of queue \(queue) was shut down" }
}
