/// Sends requests to vendors.
///
/// A response of any status is a result; an error means that there is no complete response. Implementations neither
/// repeat requests nor follow redirects: whether to try again is decided by the caller, by the error's `delivery`.
public protocol HTTPTransport: Sendable {
    /// Sends one request and waits for the whole response, until the request's deadline at most.
    ///
    /// Cancelling the task ends the exchange with the code `cancelled`.
    func send(_ request: HTTPRequest) async throws(VendorHTTPError) -> HTTPResponse
}
