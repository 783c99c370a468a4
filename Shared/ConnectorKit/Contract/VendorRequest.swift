public import VendorHTTP

/// A call to a vendor, below the connection's base URL and without credentials.
public struct VendorRequest: Sendable, Equatable {
    /// The HTTP method.
    public var method: HTTPMethod
    /// The path with its query, percent-encoded, beginning with a slash.
    public var path: String
    /// Headers other than authorisation, user agent and content length.
    public var headers: HTTPHeaders
    /// The body.
    public var body: [UInt8]?
    /// How many calls it counts for in the rate budget.
    public var cost: Int
    /// What it does, in the connector's word for it and without data; used where no call is told apart by its path alone.
    public var operation: String

    /// Takes the parts.
    public init(
        _ method: HTTPMethod, _ path: String, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8]? = nil,
        cost: Int = 1, operation: String = ""
    ) {
        self.method = method
        self.path = path
        self.headers = headers
        self.body = body
        self.cost = cost
        self.operation = operation
    }
}
