/// Holds what every executable needs before it is composed.
///
/// ## Configuration keys
/// - `log.level` (trace, debug, info, notice, warning, error, critical; default `info`): the lowest level written.
/// - `shutdown.grace.seconds` (0–3600, default 25): how long a shutdown may take to finish running batches; what is not
///   finished then is given up and done again by another process.
public struct ProcessConfiguration: ServiceConfiguration, Hashable {
    /// The lowest level that is logged.
    public let logLevel: LogLevel
    /// How long a shutdown may take.
    public let shutdownGrace: Duration

    /// Reads the keys.
    public init(config: CheckedConfiguration) {
        logLevel = LogLevel(config: config)
        shutdownGrace = config.seconds(
            "shutdown.grace.seconds", default: .seconds(25), in: .zero ... .seconds(3600),
            meaning: "how long a shutdown may take to finish running batches")
    }
}
