/// Names something that a service needs, and how to find out whether it is there.
public struct HealthCheck: Sendable {
    /// The name shown by `/health/ready`, for example `database`.
    public let name: String
    /// How often to look while the last answer was good.
    public let interval: Duration
    /// Returns when all is well; throws what is wrong.
    ///
    /// The error's text is shown, so it must not hold a secret.
    public let probe: @Sendable () async throws -> Void

    /// Describes a check.
    public init(
        _ name: String, every interval: Duration = .seconds(2), probe: @escaping @Sendable () async throws -> Void
    ) {
        self.name = name
        self.interval = interval
        self.probe = probe
    }
}
