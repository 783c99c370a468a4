internal import Logging

/// Names the levels of `log.level`.
///
/// ## Configuration keys
/// - `log.level` (one of the cases, default `info`): the lowest level that is written.
public enum LogLevel: String, Sendable, Hashable, CaseIterable {
    /// Each step of a computation.
    case trace
    /// For finding faults.
    case debug
    /// What a service does, in normal operation.
    case info
    /// Normal, but worth a look.
    case notice
    /// Something is wrong that needs no one yet.
    case warning
    /// Something failed.
    case error
    /// The service cannot go on.
    case critical

    /// Reads the key.
    public init(config: CheckedConfiguration) {
        self = config.choice("log.level", default: .info, meaning: "the lowest level that is written")
    }

    /// The same level for swift-log.
    var level: Logger.Level {
        Logger.Level(rawValue: rawValue) ?? .info
    }
}
