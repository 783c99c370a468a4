import ServiceKit

/// The reconciler's configuration.
///
/// ## Configuration keys
/// Those of `DatabaseConfiguration`, `BrokerConfiguration`, `HTTPConfiguration`, `AuditConfiguration` and
/// `AlertConfiguration`, and
/// - `audit.seal.interval` (0.1–3600 seconds, default 5): from one seal to the next.
/// - `audit.anchor.interval` (1–86400 seconds, default 900): from one anchor to the next.
/// - `freshness.interval` (0.1–3600 seconds, default 15): from one measurement to the next; it stretches by itself where a
///   measurement takes long.
/// - `parks.interval` (0.1–3600 seconds, default 30): from one look at what waits for a parent to the next.
/// - `replays.interval` (0.1–3600 seconds, default 0.5): from one step of the replays of dead letters to the next.
/// - `letters.interval` (0.1–3600 seconds, default 60): from one look for dead letters that something newer has settled to
///   the next.
/// - `snapshots.interval` (0.1–3600 seconds, default 5): from one look for requests to the next.
/// - `snapshots.keep` (1–1000, default 3): how many snapshots of an entity at a connection are kept.
/// - `retention.interval` (0.1–86400 seconds, default 600): from one removal of old rows to the next.
/// - `retention.batch` (1–100000, default 5000): the most rows that one statement removes.
/// - `retention.messages.days` (1–3650, default 7): how long settled messages are kept.
/// - `retention.webhooks.days` (1–3650, default 30): how long webhooks are kept as they came.
/// - `retention.letters.days` (1–3650, default 90): how long dead letters are kept that were replayed, resolved or archived;
///   open ones, and those about money, stay for good.
/// - `retention.alerts.days` (1–3650, default 365): how long alerts are kept that were resolved.
struct ReconcilerConfiguration: ServiceConfiguration {
    let database: DatabaseConfiguration
    let broker: BrokerConfiguration
    let http: HTTPConfiguration
    let audit: AuditConfiguration
    let alerts: AlertConfiguration
    let sealInterval: Duration
    let anchorInterval: Duration
    let freshnessInterval: Duration
    let parksInterval: Duration
    let replaysInterval: Duration
    let lettersInterval: Duration
    let snapshotsInterval: Duration
    let retentionInterval: Duration
    let retention: Retention.Settings

    init(config: CheckedConfiguration) {
        database = DatabaseConfiguration(config: config)
        broker = BrokerConfiguration(config: config)
        http = HTTPConfiguration(config: config)
        audit = AuditConfiguration(config: config)
        alerts = AlertConfiguration(config: config)
        let interval: (String, Int, Int, String) -> Duration = { key, usual, most, what in
            config.seconds(
                key, default: .seconds(usual), in: .milliseconds(100) ... .seconds(most),
                meaning: "from one \(what) to the next")
        }
        sealInterval = interval("audit.seal.interval", 5, 3600, "seal of the audit log")
        anchorInterval = config.seconds(
            "audit.anchor.interval", default: .seconds(900), in: .seconds(1) ... .seconds(86_400),
            meaning: "from one anchor of the audit log to the next")
        freshnessInterval = interval("freshness.interval", 15, 3600, "measurement of freshness")
        parksInterval = interval("parks.interval", 30, 3600, "look at what waits for a parent")
        replaysInterval = config.seconds(
            "replays.interval", default: .milliseconds(500), in: .milliseconds(100) ... .seconds(3600),
            meaning: "from one step of the replays of dead letters to the next")
        lettersInterval = interval(
            "letters.interval", 60, 3600, "look for dead letters that something newer has settled")
        snapshotsInterval = interval("snapshots.interval", 5, 3600, "look for requests of snapshots")
        retentionInterval = interval("retention.interval", 600, 86_400, "removal of old rows")
        let days: (String, Int, String) -> Duration = { key, usual, what in
            .seconds(
                86_400
                    * config.integer(key, default: usual, in: 1...3650, meaning: "for how many days \(what) are kept"))
        }
        retention = Retention.Settings(
            messages: days("retention.messages.days", 7, "settled messages"),
            webhooks: days("retention.webhooks.days", 30, "webhooks"),
            snapshots: config.integer(
                "snapshots.keep", default: 3, in: 1...1000,
                meaning: "how many snapshots of an entity at a connection are kept"),
            letters: days("retention.letters.days", 90, "dead letters that are closed and not about money"),
            alerts: days("retention.alerts.days", 365, "resolved alerts"),
            batch: config.integer(
                "retention.batch", default: 5000, in: 1...100_000, meaning: "the most rows that one statement removes"))
    }
}
