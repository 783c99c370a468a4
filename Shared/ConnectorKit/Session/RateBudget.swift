/// The calls that an account may make, shared by all replicas.
public protocol RateBudget: Sendable {
    /// Waits until so many calls may be made.
    ///
    /// Throws `rateLimited` where that would take longer than is worth waiting.
    func take(_ cost: Int) async throws(ConnectorFault)

    /// Tells that the vendor has refused a call for its limit: nobody calls before the time is over.
    func pause(for duration: Duration) async
}
