import Messaging
import NetworkSupport
import RabbitMQ

/// A publisher whose connection runs through a forwarder.
struct Line {
    let forwarder: TCPForwarder
    let publisher: RabbitPublisher

    init(_ topology: Topology, _ adjust: (inout RabbitConfiguration) -> Void = { _ in }) throws {
        var configuration = try LiveBroker.configuration()
        forwarder = TCPForwarder(to: configuration.host, port: configuration.port)
        configuration.host = "127.0.0.1"
        configuration.port = forwarder.port
        adjust(&configuration)
        publisher = RabbitPublisher(configuration, topology: topology, logger: LiveBroker.logger)
    }

    func close() async {
        await publisher.shutDown(within: .milliseconds(500))
        forwarder.close()
    }
}

extension PublishOutcome {
    var isUnknown: Bool {
        if case .unknown = self { true } else { false }
    }
}
