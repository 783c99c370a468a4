/// One key that a service reads, as its help shows it.
///
/// It is made by the call that reads the key, so that the help knows what the service knows.
public struct ConfigurationKey: Sendable, Hashable {
    /// The value of a key that is not set.
    public enum Fallback: Sendable, Hashable {
        /// It must be set.
        case required
        /// Nothing takes its place.
        case absent
        /// This does.
        case value(String)
    }

    /// The key as it is written in YAML, for example `http.port`.
    public let key: String
    /// What it is for.
    public let meaning: String
    /// What it accepts.
    public let allowed: String
    /// What holds where it is not set.
    public let fallback: Fallback

    /// The variable of the environment that sets it.
    public var variable: String { ConfigurationSource.variable(forKey: key) }
}
