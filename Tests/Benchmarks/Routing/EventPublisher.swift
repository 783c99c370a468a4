import Logging
import Messaging
import RabbitMQ

/// Puts messages into their queues.
struct EventPublisher {
    let configuration: RabbitConfiguration
    let topology: Topology

    /// Publishes all, and returns once all are confirmed.
    func publish(_ messages: [OutgoingMessage]) async throws {
        let publisher = RabbitPublisher(
            configuration, topology: topology, name: "bench",
            logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })
        try await publisher.start()
        let outcomes = await publisher.publish(messages)
        await publisher.shutDown()
        let confirmed = outcomes.count { $0 == .confirmed }
        guard confirmed == messages.count else {
            throw BenchFailure("only \(confirmed) of \(messages.count) events were confirmed")
        }
    }
}
