extension Topology {
    /// Lists everything that is wrong with a topology.
    public struct Invalid: Error, Equatable, CustomStringConvertible {
        /// One sentence per fault.
        public let faults: [String]

        /// All faults, a line each.
        public var description: String { "the topology cannot work:\n" + faults.joined(separator: "\n") }
    }

    /// Returns the topology itself when it can work.
    ///
    /// The broker accepts some combinations in silence and then does not do what they say (a queue that drops its head
    /// cannot dead-letter at least once, RabbitMQ 3.10 takes the pair and falls back), so they are refused here.
    public func validated() throws(Invalid) -> Topology {
        let faults = self.faults
        guard faults.isEmpty else { throw Invalid(faults: faults) }
        return self
    }

    /// Every fault, in the order of declaration; empty when the topology can work.
    public var faults: [String] {
        nameFaults + queues.flatMap(faults(of:)) + bindings.flatMap(faults(of:))
    }

    private var nameFaults: [String] {
        var faults: [String] = []
        for (what, names) in [("exchange", exchanges.map(\.name)), ("queue", queues.map(\.name))] {
            var seen: Set<String> = []
            for name in names {
                if !seen.insert(name).inserted { faults.append("\(what) \(name) is declared twice, differently") }
                if name.isEmpty || name.utf8.count > 255 {
                    faults.append("\(what) \"\(name)\" needs a name of 1 to 255 bytes")
                }
                if name.hasPrefix("amq.") { faults.append("\(what) \(name): names in amq. belong to the broker") }
            }
        }
        return faults
    }

    private func faults(of queue: Queue) -> [String] {
        var faults: [String] = []
        if let deadLetter = queue.deadLetter {
            if deadLetter.strategy == .atLeastOnce {
                if queue.kind != .quorum {
                    faults.append("queue \(queue.name): at-least-once dead-lettering needs a quorum queue")
                }
                if queue.overflow != .rejectPublish {
                    let overflow = (queue.overflow ?? .dropHead).rawValue
                    faults.append(
                        "queue \(queue.name): at-least-once dead-lettering needs x-overflow reject-publish,"
                            + " not \(overflow)")
                }
            }
            if !reaches(exchange: deadLetter.exchange, key: deadLetter.routingKey) {
                faults.append(
                    "queue \(queue.name): no queue is bound to \(deadLetter.exchange) for its dead letters"
                        + " (\(deadLetter.routingKey))")
            }
        }
        if queue.kind == .classic, queue.deliveryLimit != nil {
            faults.append("queue \(queue.name): only a quorum queue has a delivery limit")
        }
        if let maxLength = queue.maxLength, maxLength < 1 {
            faults.append("queue \(queue.name): its length limit is \(maxLength), less than 1")
        }
        if let limit = queue.deliveryLimit, limit < 1 {
            faults.append("queue \(queue.name): its delivery limit is \(limit), less than 1")
        }
        return faults
    }

    private func faults(of binding: Binding) -> [String] {
        var faults: [String] = []
        let name = "binding of \(binding.queue) to \(binding.exchange)"
        if !exchanges.contains(where: { $0.name == binding.exchange }) {
            faults.append("\(name): the exchange is not declared")
        }
        if !queues.contains(where: { $0.name == binding.queue }) {
            faults.append("\(name): the queue is not declared")
        }
        if binding.key.utf8.count > 255 { faults.append("\(name): the key is longer than 255 bytes") }
        return faults
    }

    /// Whether a message would come to a queue of this topology.
    func reaches(exchange: String, key: String) -> Bool {
        !route(exchange: exchange, key: key).isEmpty
    }

    /// The queues that a message would come to, each once; the nameless exchange routes by queue name.
    func route(exchange: String, key: String) -> [String] {
        if exchange.isEmpty { return queues.contains { $0.name == key } ? [key] : [] }
        guard let kind = exchanges.first(where: { $0.name == exchange })?.kind else { return [] }
        var seen: Set<String> = []
        return bindings.compactMap { binding in
            guard binding.exchange == exchange else { return nil }
            let matches =
                switch kind {
                case .topic: RoutingKey.matches(key: key, pattern: binding.key)
                case .direct: binding.key == key
                case .fanout: true
                }
            return matches && seen.insert(binding.queue).inserted ? binding.queue : nil
        }
    }
}
