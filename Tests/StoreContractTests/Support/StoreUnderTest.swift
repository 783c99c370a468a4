import CanonicalModel
import ConnectorKit
import SyncCore
import SyncStore

/// What both stores can do, for one connection in field service and a router.
protocol StoreUnderTest: Sendable {
    /// The store of a replica of the connection's adapter.
    func adapter() -> any AdapterStore
    /// Routes deliveries in one transaction.
    ///
    /// - Returns: the commands that were written for the connection, and the messages that were opened again.
    func route(_ deliveries: [(key: MessageKey, event: CanonicalEvent)]) async throws -> Routed
    /// Lets time pass for all leases and waits.
    func pass(_ duration: Duration) async throws
    /// Takes messages to publish, as any relay does.
    func claimMessages() async throws -> [MessageKey]
    /// Marks messages as confirmed by the broker.
    func markPublished(_ keys: [MessageKey]) async throws
    /// The broker has lost the router's queue.
    func queueWasLost() async throws
    /// The tables were restored from a backup: all that is to be written is held.
    func beginRecovery(restoredTo moment: Instant) async throws
    /// Everything was read again.
    func releaseRecovery() async throws
    /// The events that reading has handed to the relay so far.
    func handed() -> [CanonicalEvent]
}

/// What a batch led to.
struct Routed {
    var commands: [SyncCommand] = []
    var reopened: Set<CanonicalID> = []
    /// How many events were decided on.
    var count = 0
}

extension StoreUnderTest {
    /// The connection.
    static var connection: ConnectionID { ConnectionID("fsm-main") }
    static var crm: ConnectionID { ConnectionID("crm-main") }
    static var ceiling: Duration { .seconds(40) }
}
