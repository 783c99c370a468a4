/// Describes a message on its way to the broker.
///
/// Every message is published persistent and mandatory: the broker stores it, or says that no queue wanted it.
public struct OutgoingMessage: Sendable, Equatable {
    /// The id that the consumer de-duplicates by; the same over every attempt to publish.
    ///
    /// At most 255 bytes.
    public var id: String
    /// The exchange to publish to, with the prefix of its topology.
    public var exchange: String
    /// The dotted words that bindings match; see `RoutingKey`.
    public var routingKey: String
    /// Text headers; names of at most 128 bytes.
    public var headers: [String: String]
    /// The media type of the body.
    public var contentType: String
    /// The body as it goes over the wire.
    public var body: [UInt8]

    /// Creates a message.
    public init(
        id: String, exchange: String, routingKey: String, headers: [String: String] = [:],
        contentType: String = "application/cloudevents+json", body: [UInt8]
    ) {
        self.id = id
        self.exchange = exchange
        self.routingKey = routingKey
        self.headers = headers
        self.contentType = contentType
        self.body = body
    }
}
