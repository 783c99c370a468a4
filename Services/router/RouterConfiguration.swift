import ServiceKit

/// The router's configuration.
///
/// ## Configuration keys
/// Those of `DatabaseConfiguration`, `BrokerConfiguration` and `HTTPConfiguration`, and
/// - `router.batch` (1–1000, default 200): the most events of one transaction.
/// - `router.concurrency` (1–16, default 2): how many batches are routed at once.
struct RouterConfiguration: ServiceConfiguration {
    let database: DatabaseConfiguration
    let broker: BrokerConfiguration
    let http: HTTPConfiguration
    let batch: Int
    let concurrency: Int

    init(config: CheckedConfiguration) {
        database = DatabaseConfiguration(config: config)
        broker = BrokerConfiguration(config: config)
        http = HTTPConfiguration(config: config)
        batch = config.integer(
            "router.batch", default: 200, in: 1...1000, meaning: "the most events of one transaction")
        concurrency = config.integer(
            "router.concurrency", default: 2, in: 1...16, meaning: "how many batches are routed at once")
    }
}
