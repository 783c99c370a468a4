public import Logging
public import Messaging

/// Publishes to RabbitMQ over a connection of its own, with every message confirmed.
///
/// Batches of concurrent callers are sent as one ordered stream; several are in flight at once, up to the
/// configuration's `confirmWindow` of messages. After a loss the publisher connects again by itself and declares its
/// topology: what had been sent is answered `unknown`, what had not is sent then. While the broker blocks publishing
/// (memory or disk alarm), messages wait until their deadline.
public final class RabbitPublisher: MessagePublisher {
    private let connection: RabbitConnection<PublishRole>

    /// Creates a publisher; it connects when it is started or first used.
    ///
    /// - Parameters:
    ///   - topology: declared on each connection.
    ///   - name: shown in the broker's list of connections and by `ps -L`.
    ///   - onLostQueue: called with each queue that was not there and has been declared, on the first connection too.
    public init(
        _ configuration: RabbitConfiguration, topology: Topology, name: String = "publish", logger: Logger,
        onLostQueue: (@Sendable (_ queue: String) async -> Void)? = nil
    ) {
        connection = RabbitConnection(
            configuration, topology: topology, name: name, logger: logger, onLostQueue: onLostQueue,
            role: PublishRole(topology: topology, window: configuration.confirmWindow))
    }

    /// Waits until the connection stands and the topology is declared.
    ///
    /// A broker that is not there yet is tried again until the limit; what only a person can mend (credentials, an
    /// untrusted certificate, a topology mismatch) is thrown at once. Without this call the first publish connects.
    public func start(within limit: Duration = .seconds(30)) async throws {
        try await connection.start(within: limit)
    }

    /// Publishes the batch in its order; see `MessagePublisher`.
    public func publish(_ batch: [OutgoingMessage]) async -> [PublishOutcome] {
        await connection.publish(batch)
    }

    /// How the connection is.
    public var health: RabbitHealth { connection.health }

    /// Finishes what is in flight, for at most `limit`, and closes; what is left then is `unknown`.
    ///
    /// The farewell to a broker that does not answer takes at most two seconds more.
    public func shutDown(within limit: Duration = .seconds(10)) async {
        await connection.shutDown(within: limit)
    }
}

extension RabbitConnection where Role == PublishRole {
    func publish(_ batch: [OutgoingMessage]) async -> [PublishOutcome] {
        activate()
        return await withCheckedContinuation { continuation in
            role.submit(batch, deadline: .now + configuration.publishTimeout) { continuation.resume(returning: $0) }
        }
    }
}
