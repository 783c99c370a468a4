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
/// - `public.url` (optional): the address under which browsers reach this adapter, such as `https://crm.hooks.example.com`;
///   vendors send people back to it who have consented. By default that of `webhooks.public.url`.
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
    /// The address under which browsers reach this adapter.
    public let consentURL: String?

    /// Reads the keys.
    public init(config: CheckedConfiguration) {
        database = DatabaseConfiguration(config: config)
        broker = BrokerConfiguration(config: config)
        http = HTTPConfiguration(config: config)
        connections = ConnectionsConfiguration(config: config)
        sealing = SealingConfiguration(config: config)
        workers = config.integer(
            "adapter.workers", default: 8, in: 1...64,
            meaning: "how many claims of one connection's work are carried out at once")
        canaryInterval = config.seconds(
            "canary.interval", default: .seconds(15), in: .seconds(1) ... .seconds(3600),
            meaning: "from one probe of the ways that changes take to the next; probes never go to a vendor")
        publicURL = config.optionalText(
            "webhooks.public.url", allowed: "an address such as https://hooks.example.com",
            meaning: "where vendors call, if not at the address that their request names; some sign it")
        let browsers = config.optionalText(
            "public.url", allowed: ConsentTerms.publicURLForm,
            meaning: "where browsers reach the adapter when a vendor sends people back; else as webhooks.public.url")
        if let browsers, !ConsentTerms.isPublicURL(browsers) {
            config.fault("public.url", "is \"\(browsers.prefix(80))\"", allowed: ConsentTerms.publicURLForm)
        }
        consentURL = browsers ?? publicURL
    }
}
