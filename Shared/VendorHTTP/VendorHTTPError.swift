/// Says why there is no complete response, and whether the vendor may have acted on the request all the same.
///
/// Neither the message nor the location has a secret, a query value or a body in it, so that it may be logged.
public struct VendorHTTPError: Error, Sendable, CustomStringConvertible {
    /// What went wrong; more codes may come.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private let name: String

        /// The URL is no absolute http or https URL, or plain http is not allowed here.
        public static let invalidURL = Code(name: "invalid_url")
        /// A header that cannot be sent, or limits that make no sense.
        public static let invalidRequest = Code(name: "invalid_request")
        /// A transport that cannot be set up as configured: a missing file, an unusable proxy.
        public static let invalidConfiguration = Code(name: "invalid_configuration")
        /// The name of the host (or proxy) has no address.
        public static let resolveFailed = Code(name: "resolve_failed")
        /// Nobody accepts connections at the address, or not in time.
        public static let connectFailed = Code(name: "connect_failed")
        /// The proxy refuses to connect or cannot.
        public static let proxyFailed = Code(name: "proxy_failed")
        /// The TLS handshake failed; most often a certificate that is not trusted.
        public static let tlsFailed = Code(name: "tls_failed")
        /// The deadline has passed, or data came more slowly than the configuration allows.
        public static let timedOut = Code(name: "timed_out")
        /// The task was cancelled, or the transport shut down.
        public static let cancelled = Code(name: "cancelled")
        /// The body (or the header) of the response exceeds its limit.
        public static let responseTooLarge = Code(name: "response_too_large")
        /// The connection broke before the response was complete.
        public static let connectionLost = Code(name: "connection_lost")
        /// The answer is not HTTP, or its body is encoded in a way that we did not ask for.
        public static let invalidResponse = Code(name: "invalid_response")
        /// libcurl failed in a way that has nothing to do with the network, such as for lack of memory.
        public static let libraryFailed = Code(name: "library_failed")

        /// The name of the code, as it stands in logs.
        public var description: String { name }
    }

    /// Whether the request may have reached the vendor.
    public enum Delivery: String, Sendable {
        /// No byte of the request was handed to a connection: sending it again cannot do anything twice.
        case notSent = "not_sent"
        /// Some of it may have arrived: the outcome is unknown until it is looked up.
        case maybeSent = "maybe_sent"
    }

    /// What went wrong.
    public let code: Code
    /// Whether the request may have reached the vendor.
    public let delivery: Delivery
    /// The status, where a response had begun.
    public let status: Int?
    /// The method and the URL without its query values; empty where it is not about one request.
    public let location: String
    /// The fault in words.
    public let message: String

    /// Describes a fault.
    public init(
        _ code: Code, _ delivery: Delivery, status: Int? = nil, location: String = "", _ message: String
    ) {
        self.code = code
        self.delivery = delivery
        self.status = status
        self.location = location
        self.message = message
    }

    /// The fault in one line.
    public var description: String {
        let place = location.isEmpty ? "" : "\(location): "
        let begun = status.map { ", after status \($0)" } ?? ""
        return "\(place)\(message) (\(code), \(delivery.rawValue)\(begun))"
    }
}
