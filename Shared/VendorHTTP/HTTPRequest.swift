/// One request to a vendor.
public struct HTTPRequest: Sendable {
    /// The method.
    public var method: HTTPMethod
    /// The absolute URL, percent-encoded; `URLBuilder` makes one.
    public var url: String
    /// The header fields; those that frame the message (`Host`, `Content-Length` …) are set by the transport alone.
    public var headers: HTTPHeaders
    /// The body; nil for none, which differs from an empty one only for a GET.
    public var body: [UInt8]?
    /// The time that the whole exchange may take, from the call to the last byte, waiting for a connection included.
    public var deadline: Duration
    /// The size that the body of the response may have, after decompression; a longer one is cut off with an error.
    public var maximumResponseBytes: Int
    /// What the request does, in a word or two without data, such as `read`; it is not sent.
    public var operation: String

    /// Describes a request.
    public init(
        _ method: HTTPMethod, _ url: String, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8]? = nil,
        deadline: Duration = .seconds(30), maximumResponseBytes: Int = 8 << 20, operation: String = ""
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.deadline = deadline
        self.maximumResponseBytes = maximumResponseBytes
        self.operation = operation
    }
}
