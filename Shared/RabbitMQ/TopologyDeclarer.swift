internal import Logging
public import Messaging
internal import SocketThread

/// Declares, inspects and deletes a topology, each time over a short connection of its own.
///
/// For set-up, operators and tests: publishers and consumers declare their topology themselves.
///
/// What is compared: durability and kind of an exchange, and durability, kind and every argument of a queue, by the
/// broker itself, whose answer names both sides (AMQP has no call that reads arguments back; the management API, which
/// has one, is a plugin that need not be there). What cannot be seen this way: bindings that are there beyond ours, and
/// policies that an administrator has laid over a queue.
public struct TopologyDeclarer: Sendable {
    private let configuration: RabbitConfiguration

    /// Creates a declarer.
    public init(_ configuration: RabbitConfiguration) {
        self.configuration = configuration
    }

    /// Declares what is missing and has the rest compared.
    ///
    /// - Throws: `RabbitError` with the code `topologyMismatch`, which names the object, the property and both values, or
    ///   `topologyInvalid` for what RabbitMQ would accept and then not do.
    public func declare(_ topology: Topology) async throws(RabbitError) {
        try await BrokerSession().run(configuration) { handle throws(RabbitError) in
            // Who sets up, looks or tests has no messages to send again.
            var absent: Set<String> = []
            try TopologyDeclaration(topology).apply(on: handle, absent: &absent)
        }
    }

    /// Returns how full these queues are.
    ///
    /// - Throws: `RabbitError` with the code `notFound` for the first that does not exist.
    public func depths(of queues: [String]) async throws(RabbitError) -> [String: QueueDepth] {
        try await BrokerSession().run(configuration) { handle throws(RabbitError) in
            var depths: [String: QueueDepth] = [:]
            for queue in queues { depths[queue] = try handle.depth(of: queue) }
            return depths
        }
    }

    /// Deletes the queues, with what is in them, and the exchanges; what does not exist is passed over.
    public func delete(_ topology: Topology) async throws(RabbitError) {
        try await BrokerSession().run(configuration) { handle throws(RabbitError) in
            for queue in topology.queues { try handle.delete(queue: queue.name) }
            for exchange in topology.exchanges { try handle.delete(exchange: exchange.name) }
        }
    }
}

/// One connection for one piece of work, on a thread that ends with it.
private actor BrokerSession {
    nonisolated let thread = SocketThread(name: "amqp-topology")

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    deinit {
        thread.stop()
    }

    func run<Result: Sendable>(
        _ configuration: RabbitConfiguration, _ body: @Sendable (AMQPHandle) throws(RabbitError) -> Result
    ) throws(RabbitError) -> Result {
        let handle = try connect(configuration)
        defer { handle.close(within: .seconds(2)) }
        return try body(handle)
    }

    /// Connects to the first node that answers.
    private func connect(_ configuration: RabbitConfiguration) throws(RabbitError) -> AMQPHandle {
        for turn in 0..<configuration.nodeCount - 1 {
            do throws(RabbitError) {
                return try AMQPHandle(configuration.node(turn), name: "plumbline topology")
            } catch  where error.isTransient {
                continue
            }
        }
        return try AMQPHandle(configuration.node(configuration.nodeCount - 1), name: "plumbline topology")
    }
}
