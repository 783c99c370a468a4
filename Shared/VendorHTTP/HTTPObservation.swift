/// What is measured of one exchange with a vendor.
public struct HTTPObservation: Sendable {
    /// The method.
    public let method: HTTPMethod
    /// The host, without the port; empty when the URL could not be read.
    public let host: String
    /// The status; nil when there was no complete response.
    public let status: Int?
    /// Why there was no complete response.
    public let error: VendorHTTPError?
    /// The time from the call to the result.
    public let duration: Duration
    /// The size of the request's body.
    public let requestBytes: Int
    /// The size of the response's body, decompressed.
    public let responseBytes: Int
    /// The version of HTTP; nil when there was no complete response.
    public let httpVersion: HTTPVersion?
}
