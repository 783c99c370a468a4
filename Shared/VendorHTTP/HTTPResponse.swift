/// A complete response of a vendor, whatever its status.
public struct HTTPResponse: Sendable {
    /// The status code, such as 200.
    public var status: Int
    /// The header fields; without `Content-Encoding` and `Content-Length` where the body has been decompressed.
    public var headers: HTTPHeaders
    /// The body, decompressed.
    public var body: [UInt8]
    /// The version of HTTP that was spoken.
    public var httpVersion: HTTPVersion

    /// Describes a response.
    public init(
        status: Int, headers: HTTPHeaders = HTTPHeaders(), body: [UInt8] = [], httpVersion: HTTPVersion = .http1_1
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.httpVersion = httpVersion
    }

    /// Whether the status is one of 200 to 299.
    public var isSuccess: Bool { (200...299).contains(status) }

    /// The wait that `Retry-After` asks for; nil when there is no such header or it cannot be read.
    ///
    /// - Parameter unixSeconds: the time at which the response arrived, as the header may name a date.
    public func retryAfter(now unixSeconds: Int64) -> Duration? {
        headers["Retry-After"].flatMap { RetryAfter.delay($0, now: unixSeconds) }
    }
}
