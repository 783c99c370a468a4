public import ServiceLifecycle
public import SyncStore

/// Runs a relay until its group shuts down; what is in memory then is published first.
///
/// Put it behind the publisher's `BrokerService` and before the loops that hand messages over.
public struct RelayService: Service, CustomStringConvertible {
    /// Its name in logs.
    public let description = "relay"
    private let relay: Relay

    /// Takes the relay.
    public init(_ relay: Relay) {
        self.relay = relay
    }

    /// Publishes until the shutdown.
    public func run() async throws {
        await cancelWhenGracefulShutdown { await relay.run() }
    }
}
