/// Says what is wrong with one configuration key, and what would be right.
public struct ConfigurationFault: Sendable, Hashable {
    /// The key as it is written in YAML, for example `http.port`.
    public let key: String
    /// What is wrong, in plain words; never the value of a secret.
    public let problem: String
    /// What the key accepts.
    public let allowed: String

    /// Describes a fault.
    public init(key: String, problem: String, allowed: String) {
        self.key = key
        self.problem = problem
        self.allowed = allowed
    }
}

extension ConfigurationFault: CustomStringConvertible {
    /// The fault as one line: key, environment variable, problem, what is allowed.
    public var description: String {
        "\(key) (\(ConfigurationSource.variable(forKey: key))): \(problem); allowed: \(allowed)"
    }
}
