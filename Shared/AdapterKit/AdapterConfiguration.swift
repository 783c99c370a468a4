public import ServiceKit

/// The configuration of an adapter.
///
/// ## Configuration keys
/// Those of `DatabaseConfiguration`, `BrokerConfiguration`, `HTTPConfiguration`, `ConnectionsConfiguration` and
/// `SealingConfiguration`, and
/// - `adapter.workers` (1–64, default 8): how many claims of one connection's work are carried out at once.
/// - `canary.interval` (1–3600 seconds, default 15): from one probe of the ways that changes take to the next; probes go by
///   broker and router to the other adapters, never to a vendor.
/// - `webhooks.public.url` (optional): the address under which vendors call, such as `https://hooks.example.com`; by default
///   the one that the request names. Some vendors sign it.
public struct AdapterConfiguration: ServiceConfiguration {
    /// Where the database is.
    public let database: DatabaseConfiguration
    /// Where the broker is.
    public let broker: BrokerConfiguration
    /// Where to listen.
    public let http: HTTPConfiguration
    /// Where the connections are declared.
    public let connections: ConnectionsConfiguration
    /// The keys under which tokens are sealed.
    public let sealing: SealingConfiguration
    /// How many claims of one connection's work are carried out at once.
    public let workers: Int
    /// From one probe of the ways that changes take to the next.
    public let canaryInterval: Duration
    /// The address under which vendors call.
    public let publicURL: String?

    /// Reads the keys.
    public init(config: CheckedConfiguration) {
        database = DatabaseConfiguration(config: config)
        broker = BrokerConfiguration(config: config)
        http = HTTPConfiguration(config: config)
        connections = ConnectionsConfiguration(config: config)
        sealing = SealingConfiguration(config: config)
        workers = config.integer("adapter.workers", default: 8, in: 1...64)
        canaryInterval = config.seconds(
            "canary.interval", default: .seconds(15), in: .seconds(1) ... .seconds(3600))
        publicURL = config.optionalText("webhooks.public.url")
    }
}
