public import Logging
public import Messaging
public import RabbitMQ

/// Says how to reach RabbitMQ.
///
/// ## Configuration keys
/// - `amqp.url` (secret, required; or `amqp.url.file`): `amqp://user:password@host:port/vhost`, `amqps://` for TLS,
///   `one:5672,two:5672` for the nodes of a cluster; `RabbitConfiguration.init(url:)` lists the parameters.
/// - `queue.prefix` (at most 64 letters, digits, `.`, `-`, `_`; default empty): put before the name of every queue and
///   exchange, so that several installations share a broker.
public struct BrokerConfiguration: Sendable {
    /// Where the broker is.
    public let rabbit: RabbitConfiguration
    /// The names of exchanges and queues.
    public let names: BrokerNames

    /// Reads the keys.
    public init(config: CheckedConfiguration) {
        let parsed = config.secret(
            "amqp.url", allowed: "amqp://user:password@host:port/vhost or amqps://…", meaning: "where RabbitMQ is",
            show: \.description
        ) { url throws(RabbitError) in
            try RabbitConfiguration(url: url)
        }
        rabbit = parsed ?? RabbitConfiguration(host: "", port: 0, user: "", password: "")
        let prefix = config.text(
            "queue.prefix", default: "", allowed: "at most 64 letters, digits, '.', '-' or '_'",
            meaning: "before each name of a queue or exchange, so that several installations share a broker"
        ) { prefix in
            prefix.utf8.count <= 64
                && prefix.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-_".contains($0)) }
        }
        names = BrokerNames(prefix: prefix)
    }

    /// Makes a publisher; it connects when it is started or first used.
    ///
    /// - Parameters:
    ///   - topology: what is declared on each connection.
    ///   - name: shown in the broker's list of connections, for example `router.relay`.
    ///   - onLostQueue: called with each queue that was not there and has been declared; see `LostQueues`.
    public func publisher(
        _ topology: Topology, name: String, logger: Logger,
        onLostQueue: (@Sendable (_ queue: String) async -> Void)? = nil
    ) -> RabbitPublisher {
        RabbitPublisher(rabbit, topology: topology, name: name, logger: logger, onLostQueue: onLostQueue)
    }

    /// Makes a consumer of one queue; it connects when it is started or first used.
    ///
    /// - Parameters:
    ///   - batch: the most messages of one batch; twice as many are fetched, so that the next batch is at hand.
    ///   - name: shown in the broker's list of connections, for example `router.events`.
    ///   - onLostQueue: called with each queue that was not there and has been declared; see `LostQueues`.
    public func consumer(
        _ topology: Topology, queue: String, batch: Int = 200, name: String, logger: Logger,
        onLostQueue: (@Sendable (_ queue: String) async -> Void)? = nil
    ) -> RabbitConsumer {
        RabbitConsumer(
            rabbit, topology: topology, queue: queue, prefetch: batch * 2, maxBatch: batch, name: name, logger: logger,
            onLostQueue: onLostQueue)
    }

    /// Takes the parts; for tests.
    public init(rabbit: RabbitConfiguration, names: BrokerNames) {
        self.rabbit = rabbit
        self.names = names
    }
}
