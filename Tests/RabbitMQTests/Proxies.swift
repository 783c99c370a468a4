import Messaging
import NetworkSupport
import RabbitMQ
import Synchronization

/// Consumers whose connections can be cut, each through a forwarder of its own.
final class Proxies: Sendable {
    private let open = Mutex<[(TCPForwarder, RabbitConsumer)]>([])

    func consumer(_ topology: Topology, queue: String) throws -> RabbitConsumer {
        var configuration = try LiveBroker.configuration()
        let forwarder = TCPForwarder(to: configuration.host, port: configuration.port)
        configuration.host = "127.0.0.1"
        configuration.port = forwarder.port
        let consumer = RabbitConsumer(configuration, topology: topology, queue: queue, logger: LiveBroker.logger)
        open.withLock { $0.append((forwarder, consumer)) }
        return consumer
    }

    func endAll() {
        for (forwarder, _) in open.withLock(\.self) { forwarder.end() }
    }

    func shutDown() async {
        for (forwarder, consumer) in open.withLock(\.self) {
            await consumer.shutDown(within: .milliseconds(500))
            forwarder.close()
        }
    }
}
