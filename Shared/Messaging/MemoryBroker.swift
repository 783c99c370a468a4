internal import Synchronization

/// Stands in for the broker in tests: exchanges, queues, confirms, returns, dead letters and lost connections, in memory.
///
/// It passes the same contract suite as the RabbitMQ module. Nothing is durable and nothing takes time.
public final class MemoryBroker: Sendable {
    let state = Mutex(MemoryBrokerState())
    private let now: @Sendable () -> Int64

    /// Creates an empty broker.
    ///
    /// - Parameter now: the time that dead letters are stamped with, in seconds since 1970.
    public init(now: @escaping @Sendable () -> Int64 = { 0 }) {
        self.now = now
    }

    /// Declares what is missing; what exists must be the same.
    public func declare(_ topology: Topology) throws(Topology.Invalid) {
        _ = try topology.validated()
        let faults = state.withLock { $0.declare(topology) }
        guard faults.isEmpty else { throw Topology.Invalid(faults: faults) }
    }

    /// A publisher to this broker; any number may be made.
    public func publisher() -> MemoryPublisher {
        MemoryPublisher(broker: self)
    }

    /// A source that reads `queue`; any number may be made, they compete.
    public func source(queue: String, prefetch: Int = 400, maxBatch: Int = 200) -> MemorySource {
        let id = state.withLock { $0.openSource(queue: queue, prefetch: prefetch, maxBatch: maxBatch) }
        return MemorySource(broker: self, queue: queue, id: id)
    }

    /// How many messages wait in a queue; nil when there is no such queue.
    public func depth(of queue: String) -> Int? {
        state.withLock { $0.queues[queue]?.ready.count }
    }

    /// Deletes an exchange with its bindings.
    public func delete(exchange: String) {
        state.withLock { $0.delete(exchange: exchange) }
    }

    /// Breaks the connection of every source: what was not acknowledged goes back to its place, and comes again.
    public func dropConnections() {
        perform { $0.dropConnections(now: self.now()) }
    }

    func publish(_ batch: [OutgoingMessage]) -> [PublishOutcome] {
        perform { state in batch.map { state.publish($0, now: self.now()) } }
    }

    func deadLetter(_ token: DeliveryToken, source: Int) {
        perform { $0.reject(token, source: source, now: self.now()) }
    }

    /// Changes the state, then answers whoever waited for just that, outside of the lock.
    func perform<Result: Sendable>(_ change: (inout MemoryBrokerState) -> Result) -> Result {
        let (result, answers) = state.withLock { state in
            let result = change(&state)
            return (result, state.dispatch())
        }
        for answer in answers { answer.continuation.resume(returning: answer.batch) }
        return result
    }
}

/// Publishes to a `MemoryBroker`.
public struct MemoryPublisher: MessagePublisher {
    let broker: MemoryBroker

    /// Publishes at once; see `MessagePublisher`.
    public func publish(_ batch: [OutgoingMessage]) async -> [PublishOutcome] {
        broker.publish(batch)
    }
}

/// Reads a queue of a `MemoryBroker`.
public struct MemorySource: MessageSource {
    let broker: MemoryBroker
    let queue: String
    let id: Int

    /// Returns what is there, or waits; see `MessageSource`.
    public func nextBatch() async throws -> [IncomingMessage] {
        let slot = BatchSlot()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                slot.install(continuation)
                let isClosed = broker.perform { !$0.wait(slot, source: id) }
                if isClosed { slot.claim()?.resume(throwing: SourceClosed(queue: queue)) }
            }
        } onCancel: {
            slot.cancel()
        }
    }

    /// Settles the messages; see `MessageSource`.
    public func acknowledge(_ batch: [IncomingMessage]) async throws {
        broker.perform { state in
            for message in batch { state.acknowledge(message.token, source: id) }
        }
    }

    /// Moves the message to the dead letter queue; see `MessageSource`.
    public func deadLetter(_ message: IncomingMessage) async throws {
        broker.deadLetter(message.token, source: id)
    }

    /// Ends the source: what it had not settled goes back, and whoever waits gets `SourceClosed`.
    public func shutDown() {
        let slots = broker.perform { $0.closeSource(id) }
        for slot in slots { slot.claim()?.resume(throwing: SourceClosed(queue: queue)) }
    }
}
