/// Says how to reach RabbitMQ.
///
/// ## Configuration keys
/// - `amqp.url` (secret, required; or `amqp.url.file`): `amqp://user:password@host:port/vhost`, `amqps://` for TLS.
/// - `queue.prefix` (letters, digits, `.`, `-`, `_`; default empty): put before the name of every queue and exchange, so
///   that several installations share a broker.
public struct BrokerConfiguration: Sendable, Hashable {
    /// The connection URL.
    public let url: Secret
    /// What stands before each queue's and exchange's name.
    public let queuePrefix: String

    /// Reads the keys.
    public init(config: CheckedConfiguration) {
        url = config.secret(
            "amqp.url", allowed: "amqp://user:password@host:port/vhost or amqps://…",
            show: { RedactedURL($0).description },
            where: { $0.hasPrefix("amqp://") || $0.hasPrefix("amqps://") })
        queuePrefix = config.text(
            "queue.prefix", default: "", allowed: "at most 64 letters, digits, '.', '-' or '_'"
        ) { prefix in
            prefix.utf8.count <= 64
                && prefix.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-_".contains($0)) }
        }
    }
}
