/// Is the typed configuration of one executable.
///
/// Its `init(config:)` reads every key the executable knows, lists them in its documentation under "Configuration keys",
/// and cannot fail: faults are collected by `CheckedConfiguration`.
public protocol ServiceConfiguration: Sendable {
    /// Reads the keys.
    init(config: CheckedConfiguration)
}
