import CanonicalModel
import Messaging
import Postgres
import SyncCore
import SyncStore

/// Sends and takes the probes of one connection (decision 0019).
struct CanaryPost: Sendable {
    let connection: ConnectionID
    let role: Role
    let names: BrokerNames
    let pool: PostgresPool
    let ids: IDSource
    let clock: @Sendable () -> Instant
    /// How long the own relay alone may publish.
    let lease: Duration
    /// Gets messages whose rows are committed, to be published.
    let hand: @Sendable ([StoredMessage]) -> Void

    /// A probe as it was delivered.
    struct Delivery: Sendable {
        var key: MessageKey
        var probe: CanaryProbe
    }

    /// Sends a probe on every way that begins here, where none is under way.
    func send() async throws {
        let message = try await pool.withTransaction { transaction -> StoredMessage? in
            guard let probe = try await transaction.run(Canary.send(from: connection)) else {
                try await transaction.commit()
                return nil
            }
            let message = probe.event(
                id: ids.next(clock()), role: role, queue: names.routerEvents, exchange: names.events)
            try await transaction.commit(running: [MessageTable.insert([message], lease: lease)])
            return message
        }
        if let message { hand([message]) }
    }

    /// Takes probes that have arrived here.
    func arrive(_ deliveries: [Delivery]) async throws {
        try await pool.withTransaction { transaction in
            try await transaction.commit(
                running: [
                    MessageTable.settle(deliveries.map(\.key)).discarded,
                    Canary.arrive(deliveries.map(\.probe), at: connection),
                ])
        }
    }
}
