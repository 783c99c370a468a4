/// Describes the exchanges, queues and bindings that a service needs, as one value.
///
/// Publishers and consumers hold the value and declare it on every connection, so that a broker that lost everything is
/// whole again as soon as we are back. `validated()` refuses what the broker would accept and then not do.
public struct Topology: Sendable, Equatable {
    /// The exchanges; all durable.
    public var exchanges: [Exchange]
    /// The queues; all durable.
    public var queues: [Queue]
    /// Which queue gets what from which exchange.
    public var bindings: [Binding]

    /// Creates a topology.
    public init(exchanges: [Exchange] = [], queues: [Queue] = [], bindings: [Binding] = []) {
        self.exchanges = exchanges
        self.queues = queues
        self.bindings = bindings
    }

    /// Returns this topology and `other` as one; what both hold counts once.
    public func merging(_ other: Topology) -> Topology {
        var merged = self
        for exchange in other.exchanges where !merged.exchanges.contains(exchange) { merged.exchanges.append(exchange) }
        for queue in other.queues where !merged.queues.contains(queue) { merged.queues.append(queue) }
        for binding in other.bindings where !merged.bindings.contains(binding) { merged.bindings.append(binding) }
        return merged
    }

    /// A place to publish to.
    public struct Exchange: Sendable, Hashable {
        /// How an exchange routes.
        public enum Kind: String, Sendable {
            /// By patterns of words.
            case topic
            /// By the whole key.
            case direct
            /// To every bound queue.
            case fanout
        }

        /// The name, with the topology's prefix.
        public var name: String
        /// How it routes.
        public var kind: Kind

        /// Creates an exchange.
        public init(_ name: String, kind: Kind = .topic) {
            self.name = name
            self.kind = kind
        }
    }

    /// That a queue gets what an exchange receives under a key.
    public struct Binding: Sendable, Hashable {
        /// The exchange.
        public var exchange: String
        /// The queue.
        public var queue: String
        /// The key, or a pattern for a topic exchange.
        public var key: String

        /// Creates a binding.
        public init(exchange: String, queue: String, key: String) {
            self.exchange = exchange
            self.queue = queue
            self.key = key
        }
    }
}
