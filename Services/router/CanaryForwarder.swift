import CanonicalModel
import Messaging
import Postgres
import SyncCore
import SyncStore

/// Passes probes on from a connection to the others, in the way in which commands follow from events (decision 0019).
struct CanaryForwarder: Sendable {
    let pool: PostgresPool
    let names: BrokerNames
    let ids: IDSource
    let clock: @Sendable () -> Instant
    let lease: Duration

    /// A probe as it was delivered.
    struct Delivery: Sendable {
        var key: MessageKey
        var probe: CanaryProbe
    }

    /// Reads a delivery; nil for one that is no probe.
    func read(_ message: IncomingMessage) -> Delivery? {
        guard CanaryProbe.isMeant(by: message.routingKey), let probe = CanaryProbe(body: message.body) else {
            return nil
        }
        return Delivery(key: MessageKey(of: message, in: names.routerEvents), probe: probe)
    }

    /// Settles probes and writes what goes on to the adapters they are for.
    ///
    /// - Returns: the messages to publish.
    func forward(_ deliveries: [Delivery]) async throws -> [StoredMessage] {
        try await pool.withTransaction { transaction in
            let settled = try await transaction.run(MessageTable.settle(deliveries.map(\.key)))
            let now = clock()
            let messages = deliveries.filter { settled.contains($0.key.id) }.flatMap { delivery in
                delivery.probe.numbers.keys.sorted().map { target in
                    delivery.probe.command(
                        id: ids.next(now), to: target, causedBy: delivery.key.id,
                        queue: names.commandQueue(of: target.name), exchange: names.commands)
                }
            }
            try await transaction.commit(
                running: messages.isEmpty ? [] : [MessageTable.insert(messages, lease: lease)])
            return messages
        }
    }
}
