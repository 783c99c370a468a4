/// Tells somebody which queues the broker had lost, one after the other, away from the connection's thread.
final class LostQueueReports: Sendable {
    private let names: AsyncStream<String>.Continuation

    /// The task of the reports ends with this object, once it has told what it was given.
    init(_ report: @escaping @Sendable (_ queue: String) async -> Void) {
        let (stream, continuation) = AsyncStream.makeStream(of: String.self)
        names = continuation
        Task.detached {
            for await name in stream { await report(name) }
        }
    }

    deinit {
        names.finish()
    }

    /// Tells of these queues; returns at once.
    func tell(_ queues: Set<String>) {
        for queue in queues.sorted() { names.yield(queue) }
    }
}
