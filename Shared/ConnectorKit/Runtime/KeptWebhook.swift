public import CanonicalModel

/// A webhook to be kept.
public struct KeptWebhook: Sendable {
    /// Its id, which is the correlation of everything that follows.
    public var id: CanonicalID
    /// The connection.
    public var connection: ConnectionID
    /// When it came in.
    public var receivedAt: Instant
    /// Its headers, without credentials.
    public var headers: [String: String]
    /// Its raw body.
    public var body: [UInt8]
    /// What it names; empty where it could not be read.
    public var hints: [ChangeHint]
    /// Why it could not be read; it becomes a dead letter then.
    public var fault: ConnectorFault?

    /// Takes the parts.
    public init(
        id: CanonicalID, connection: ConnectionID, receivedAt: Instant, headers: [String: String], body: [UInt8],
        hints: [ChangeHint] = [], fault: ConnectorFault? = nil
    ) {
        self.id = id
        self.connection = connection
        self.receivedAt = receivedAt
        self.headers = headers
        self.body = body
        self.hints = hints
        self.fault = fault
    }
}
