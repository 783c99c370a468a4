/// Describes a message that a queue has handed to us and that waits for its acknowledgement.
public struct IncomingMessage: Sendable, Equatable {
    /// The publisher's message id; empty when a foreign publisher gave none.
    public var id: String
    /// The exchange it was published to; for a dead letter, the dead letter exchange.
    public var exchange: String
    /// The routing key it came by.
    public var routingKey: String
    /// The headers as text; a nested value (`x-death`) is rendered as JSON with sorted keys.
    public var headers: [String: String]
    /// The media type that the publisher stated; empty when it stated none.
    public var contentType: String
    /// The body as it came.
    public var body: [UInt8]
    /// Whether the broker has handed it out before; a hint only, since a duplicate may come without it.
    public var redelivered: Bool
    /// What settles this delivery.
    public var token: DeliveryToken

    /// Creates a message.
    public init(
        id: String, exchange: String, routingKey: String, headers: [String: String] = [:],
        contentType: String = "", body: [UInt8], redelivered: Bool = false, token: DeliveryToken
    ) {
        self.id = id
        self.exchange = exchange
        self.routingKey = routingKey
        self.headers = headers
        self.contentType = contentType
        self.body = body
        self.redelivered = redelivered
        self.token = token
    }
}
