public import RabbitMQ
public import ServiceLifecycle

/// Closes a connection to the broker when its group shuts down, after those who use it.
///
/// Put it before the loop that uses the connection.
public struct BrokerService: Service, CustomStringConvertible {
    /// Its name in logs.
    public let description: String
    private let close: @Sendable () async -> Void

    /// Takes a publisher.
    public init(_ publisher: RabbitPublisher) {
        description = "broker publisher"
        close = { await publisher.shutDown() }
    }

    /// Takes a consumer.
    public init(_ consumer: RabbitConsumer) {
        description = "broker consumer"
        close = { await consumer.shutDown() }
    }

    /// Waits for the shutdown, then lets what is in flight end.
    public func run() async throws {
        // Cancelled instead of shut down gracefully: it still closes.
        try? await gracefulShutdown()
        await close()
    }
}
