/// A webhook as it came in: nothing in it is trusted before `verify`.
public struct WebhookDelivery: Sendable {
    /// The HTTP method.
    public var method: String
    /// The URL that the vendor called, as it was called: the connection's public base URL with path and query.
    public var url: String
    /// Header names in lower case.
    public var headers: [String: String]
    /// The raw body.
    public var body: [UInt8]

    /// Takes the parts.
    public init(method: String, url: String, headers: [String: String], body: [UInt8]) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}

/// What is thought of a webhook's signature.
public enum WebhookVerdict: Sendable, Equatable {
    /// It comes from the vendor.
    case genuine
    /// It does not, or nobody can tell; the words say what was wrong without repeating a secret.
    case rejected(String)
}
