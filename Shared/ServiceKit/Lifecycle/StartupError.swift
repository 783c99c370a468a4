/// Says in one line why a service cannot start.
public struct StartupError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong and what to do.
    public let description: String

    /// Describes the fault; must not hold a secret.
    public init(_ description: String) {
        self.description = description
    }
}
