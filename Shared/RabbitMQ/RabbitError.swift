/// Thrown when the broker, or the way to it, fails.
///
/// The description never holds a password.
public struct RabbitError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it was.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case invalidConfiguration = "invalid_configuration"
            case unreachable
            case authenticationFailed = "authentication_failed"
            case tlsFailed = "tls_failed"
            case refused
            case timedOut = "timed_out"
            case connectionLost = "connection_lost"
            case channelClosed = "channel_closed"
            case notFound = "not_found"
            case topologyMismatch = "topology_mismatch"
            case topologyInvalid = "topology_invalid"
            case shutDown = "shut_down"
        }

        private let kind: Kind

        private init(_ kind: Kind) {
            self.kind = kind
        }

        /// The stable word for logs and metrics.
        public var description: String { kind.rawValue }

        /// The URL or another setting makes no sense.
        public static let invalidConfiguration = Code(.invalidConfiguration)
        /// No TCP connection to the broker.
        public static let unreachable = Code(.unreachable)
        /// The broker does not accept the user or the password.
        public static let authenticationFailed = Code(.authenticationFailed)
        /// The TLS handshake failed, or the broker's certificate is not to be trusted.
        public static let tlsFailed = Code(.tlsFailed)
        /// The broker knows us and says no: a missing virtual host, or a missing permission.
        public static let refused = Code(.refused)
        /// No answer within the time-out.
        public static let timedOut = Code(.timedOut)
        /// The connection broke or was closed by the broker.
        public static let connectionLost = Code(.connectionLost)
        /// The broker closed the channel.
        public static let channelClosed = Code(.channelClosed)
        /// The exchange or queue does not exist.
        public static let notFound = Code(.notFound)
        /// The broker has an exchange or queue of that name with other properties.
        public static let topologyMismatch = Code(.topologyMismatch)
        /// The topology itself cannot work.
        public static let topologyInvalid = Code(.topologyInvalid)
        /// We were shut down.
        public static let shutDown = Code(.shutDown)
    }

    /// What kind of failure it was.
    public let code: Code
    /// What we were doing.
    public let operation: String
    /// What the broker or the library said.
    public let detail: String
    /// The broker's reply code, where it gave one.
    public let replyCode: Int?

    /// Creates an error.
    public init(_ code: Code, operation: String, detail: String, replyCode: Int? = nil) {
        self.code = code
        self.operation = operation
        self.detail = detail
        self.replyCode = replyCode
    }

    /// Whether the broker has ended the connection because something in it failed.
    var isInternal: Bool { replyCode == 541 }

    /// One sentence with everything.
    public var description: String {
        let reply = replyCode.map { " \($0)" } ?? ""
        return "RabbitMQ \(code): \(operation):\(reply) \(detail)"
    }

    /// Whether trying again without a change by a person could help.
    public var isTransient: Bool {
        switch code {
        case .invalidConfiguration, .authenticationFailed, .tlsFailed, .refused, .topologyMismatch, .topologyInvalid,
            .shutDown:
            false
        default:
            true
        }
    }
}
