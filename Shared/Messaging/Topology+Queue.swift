extension Topology {
    /// A durable queue with the arguments that it is declared with.
    public struct Queue: Sendable, Hashable {
        /// How the broker keeps the queue.
        public enum Kind: String, Sendable {
            /// Replicated and synced to disk; what we use.
            case quorum
            /// One node's; for foreign queues that we did not declare first.
            case classic
        }

        /// What happens to a publish when the queue is full.
        public enum Overflow: String, Sendable {
            /// The oldest message goes.
            case dropHead = "drop-head"
            /// The publisher gets a nack.
            case rejectPublish = "reject-publish"
        }

        /// Where rejected messages go, and how surely.
        public struct DeadLetter: Sendable, Hashable {
            /// How the broker moves a dead letter.
            public enum Strategy: String, Sendable {
                /// It may be lost on the way.
                case atMostOnce = "at-most-once"
                /// It leaves the queue only when the dead letter queue has it.
                case atLeastOnce = "at-least-once"
            }

            /// The exchange that dead letters are published to.
            public var exchange: String
            /// The key that they are published with.
            public var routingKey: String
            /// How surely they arrive.
            public var strategy: Strategy

            /// Creates a dead letter address.
            public init(exchange: String, routingKey: String, strategy: Strategy = .atLeastOnce) {
                self.exchange = exchange
                self.routingKey = routingKey
                self.strategy = strategy
            }
        }

        /// The name, with the topology's prefix.
        public var name: String
        /// How the broker keeps it.
        public var kind: Kind
        /// Where rejected messages go; nil drops them.
        public var deadLetter: DeadLetter?
        /// What happens when it is full; nil leaves it to the broker (`drop-head`).
        public var overflow: Overflow?
        /// How many messages it holds at most; nil for no limit.
        public var maxLength: Int?
        /// After how many returns a message is dead; nil leaves it to the broker.
        public var deliveryLimit: Int?

        /// Creates a queue.
        public init(
            _ name: String, kind: Kind = .quorum, deadLetter: DeadLetter? = nil, overflow: Overflow? = nil,
            maxLength: Int? = nil, deliveryLimit: Int? = nil
        ) {
            self.name = name
            self.kind = kind
            self.deadLetter = deadLetter
            self.overflow = overflow
            self.maxLength = maxLength
            self.deliveryLimit = deliveryLimit
        }

        /// One value of a declaration's argument table.
        public enum Argument: Sendable, Hashable, CustomStringConvertible {
            /// A text.
            case text(String)
            /// A whole number.
            case number(Int64)

            /// The value alone.
            public var description: String {
                switch self {
                case .text(let text): text
                case .number(let number): String(number)
                }
            }
        }

        /// The arguments of the declaration, by the broker's names.
        public var arguments: [String: Argument] {
            var arguments: [String: Argument] = ["x-queue-type": .text(kind.rawValue)]
            if let deadLetter {
                arguments["x-dead-letter-exchange"] = .text(deadLetter.exchange)
                arguments["x-dead-letter-routing-key"] = .text(deadLetter.routingKey)
                if kind == .quorum { arguments["x-dead-letter-strategy"] = .text(deadLetter.strategy.rawValue) }
            }
            if let overflow { arguments["x-overflow"] = .text(overflow.rawValue) }
            if let maxLength { arguments["x-max-length"] = .number(Int64(maxLength)) }
            if let deliveryLimit { arguments["x-delivery-limit"] = .number(Int64(deliveryLimit)) }
            return arguments
        }
    }
}
