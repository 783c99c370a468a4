internal import Messaging

/// Declares a topology over a connection and has the broker compare it with what is there.
struct TopologyDeclaration {
    private let topology: Topology

    init(_ topology: Topology) {
        self.topology = topology
    }

    /// Declares everything, then reads back that it is there.
    ///
    /// For queues and exchanges the declaration is the comparison (`TopologyMismatch`); the second look finds a broker
    /// that says yes and does nothing, and a queue that lost its leader. Combinations that RabbitMQ takes in silence and
    /// then does not honour are refused before.
    ///
    /// - Parameter absent: takes in the queues that were not there, before they are declared: whoever fails half-way and
    ///   tries again would find them there.
    func apply(on handle: AMQPHandle, absent: inout Set<String>) throws(RabbitError) {
        do throws(Topology.Invalid) {
            _ = try topology.validated()
        } catch {
            throw RabbitError(.topologyInvalid, operation: "declaring the topology", detail: error.description)
        }
        for exchange in topology.exchanges {
            try compare("exchange \(exchange.name)") { () throws(RabbitError) in try handle.declare(exchange) }
        }
        for queue in topology.queues {
            if try !handle.exists(queue: queue.name) { absent.insert(queue.name) }
            try compare("queue \(queue.name)") { () throws(RabbitError) in try handle.declare(queue) }
        }
        for binding in topology.bindings { try handle.declare(binding) }
        for exchange in topology.exchanges { try handle.checkExists(exchange: exchange.name) }
        for queue in topology.queues { _ = try handle.depth(of: queue.name) }
    }

    private func compare(_ object: String, _ declare: () throws(RabbitError) -> Void) throws(RabbitError) {
        do throws(RabbitError) {
            try declare()
        } catch  where error.code == .topologyMismatch {
            guard let mismatch = TopologyMismatch(parsing: error.detail) else { throw error }
            throw RabbitError(
                .topologyMismatch, operation: error.operation, detail: mismatch.description(of: object),
                replyCode: error.replyCode)
        }
    }
}
