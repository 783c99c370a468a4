/// What lies between a service and its store: time passes, and the service may die before or after the commit.
public protocol StoreAccess: Sendable {
    /// On the way to the commit.
    func request() async throws
    /// On the way back from it.
    func answer() async throws
    /// Waits by the store's clock.
    func pause(for duration: Duration) async throws
}

/// A store that is there at once, always.
public struct DirectAccess: StoreAccess {
    /// There is nothing to be set.
    public init() {}
    /// Takes no time.
    public func request() async throws {}
    /// Takes no time.
    public func answer() async throws {}
    /// Waits by the clock of this machine.
    public func pause(for duration: Duration) async throws { try await Task.sleep(for: duration) }
}
