internal import CrashPoints
public import Logging
public import Messaging

/// Consumes one queue of RabbitMQ over a connection of its own, in batches.
///
/// After a loss, a cancelled consumer or a deleted queue it connects again by itself, declares its topology and goes on;
/// what was not acknowledged comes again, in a new epoch. A quorum queue that lets it wait in vain again and again is
/// examined: one that is dead is deleted and declared anew, and told of as lost; about any other the log says why it is
/// left alone.
public final class RabbitConsumer: MessageSource {
    private let connection: RabbitConnection<ConsumeRole>

    /// Creates a consumer; it connects when it is started or first used.
    ///
    /// - Parameters:
    ///   - topology: declared on each connection; it holds the queue, unless somebody else declares it.
    ///   - prefetch: how many messages may be unsettled at once; more than a batch keeps the next one ready.
    ///   - maxBatch: the most that `nextBatch` returns.
    ///   - name: shown in the broker's list of connections and by `ps -L`.
    ///   - onLostQueue: called with each queue that was not there, or was dead, and has been declared; on the first
    ///     connection too.
    public init(
        _ configuration: RabbitConfiguration, topology: Topology, queue: String, prefetch: Int = 400,
        maxBatch: Int = 200, name: String = "consume", logger: Logger,
        onLostQueue: (@Sendable (_ queue: String) async -> Void)? = nil
    ) {
        connection = RabbitConnection(
            configuration, topology: topology, name: name, logger: logger, onLostQueue: onLostQueue,
            role: ConsumeRole(queue: queue, prefetch: prefetch, maxBatch: maxBatch))
    }

    /// Waits until the consumer stands; see `RabbitPublisher.start`.
    public func start(within limit: Duration = .seconds(30)) async throws {
        try await connection.start(within: limit)
    }

    /// Returns what has arrived; see `MessageSource`.
    public func nextBatch() async throws -> [IncomingMessage] {
        let slot = BatchSlot()
        return try await withTaskCancellationHandler {
            try await connection.nextBatch(slot)
        } onCancel: {
            slot.cancel()
        }
    }

    /// Acknowledges the messages, with as few frames as their tags allow; see `MessageSource`.
    public func acknowledge(_ batch: [IncomingMessage]) async throws {
        await connection.acknowledge(batch.map(\.token))
    }

    /// Rejects the message into the dead letter queue; see `MessageSource`.
    public func deadLetter(_ message: IncomingMessage) async throws {
        await connection.reject(message.token)
    }

    /// How the connection is.
    public var health: RabbitHealth { connection.health }

    /// Takes no more, waits for at most `limit` until what was handed out is settled, and closes.
    public func shutDown(within limit: Duration = .seconds(10)) async {
        await connection.shutDown(within: limit)
    }
}

extension RabbitConnection where Role == ConsumeRole {
    func nextBatch(_ slot: BatchSlot) async throws -> [IncomingMessage] {
        activate()
        return try await withCheckedThrowingContinuation { continuation in
            slot.install(continuation)
            role.wait(slot)
        }
    }

    func acknowledge(_ tokens: [DeliveryToken]) {
        // Without a connection they are of an earlier epoch: they will be delivered again.
        guard let handle else { return }
        CrashPoint.pass(.before, .ack)
        do throws(RabbitError) {
            try role.acknowledge(tokens, on: handle)
            CrashPoint.pass(.after, .ack)
        } catch {
            sendFailed(error)
        }
    }

    func reject(_ token: DeliveryToken) {
        guard let handle else { return }
        CrashPoint.pass(.before, .ack, "rejection")
        do throws(RabbitError) {
            try role.reject(token, on: handle)
            CrashPoint.pass(.after, .ack, "rejection")
        } catch {
            sendFailed(error)
        }
    }
}
