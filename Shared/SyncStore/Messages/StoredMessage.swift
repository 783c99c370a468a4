public import CanonicalModel

/// A message as its row holds it: for one destination queue.
public struct StoredMessage: Sendable, Hashable {
    /// The id that the consumer de-duplicates by.
    public var id: CanonicalID
    /// Counts the replays, from 1; a delivery of an older generation has no effect.
    public var generation: Int
    /// The queue that it is for, with the topology's prefix.
    public var queue: String
    /// The exchange that it is published to, with the topology's prefix.
    public var exchange: String
    /// The words that bindings match.
    public var routingKey: String
    /// The encoded event or command.
    public var body: [UInt8]
    /// Correlation, causation and trace; where nil, the relay reads them out of the body.
    public var context: MessageContext?
    /// The dead letter that it is sent again for; nil for what is not replayed.
    public var replayOf: CanonicalID?

    /// Takes the parts.
    public init(
        id: CanonicalID, queue: String, exchange: String, routingKey: String, body: [UInt8],
        context: MessageContext? = nil, generation: Int = 1
    ) {
        self.id = id
        self.queue = queue
        self.exchange = exchange
        self.routingKey = routingKey
        self.body = body
        self.context = context
        self.generation = generation
    }

    /// What names the row.
    public var key: MessageKey { MessageKey(id, generation: generation) }
}

/// Names one generation of a message.
public struct MessageKey: Sendable, Hashable, Comparable {
    /// The message.
    public var id: CanonicalID
    /// Which time it was opened, from 1.
    public var generation: Int

    /// Takes the parts.
    public init(_ id: CanonicalID, generation: Int = 1) {
        self.id = id
        self.generation = generation
    }

    /// Orders by id, then by generation: the order in which rows are locked.
    public static func < (left: MessageKey, right: MessageKey) -> Bool {
        (left.id, left.generation) < (right.id, right.generation)
    }
}
