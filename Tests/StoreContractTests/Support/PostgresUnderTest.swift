import AdapterKit
import CanonicalModel
import ConnectorKit
import Foundation
import Messaging
import Postgres
import StoreSupport
import SyncCore
import Synchronization

@testable import Router
@testable import SyncStore

/// The tables of the product, whose leases and waits a test shortens.
final class PostgresUnderTest: StoreUnderTest {
    private let pool: PostgresPool
    private let mailbox = Mutex<[CanonicalEvent]>([])
    private let settings = RelaySettings()

    static func run(_ body: (any StoreUnderTest) async throws -> Void) async throws {
        try await Estate.run { estate in try await body(PostgresUnderTest(estate.pool)) }
    }

    private init(_ pool: PostgresPool) {
        self.pool = pool
    }

    private static func now() -> Instant { Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)) }

    func adapter() -> any AdapterStore {
        PostgresAdapterStore(
            pool: pool, names: BrokerNames(), holder: "test",
            times: .init(requestCeiling: Self.ceiling, messageLease: .seconds(30)), clock: { Self.now() }
        ) { [self] messages in
            mailbox.withLock { box in box += messages.compactMap { try? EventCoding.decode($0.body) } }
        } reopened: { _ in
        }
    }

    func route(_ deliveries: [(key: MessageKey, event: CanonicalEvent)]) async throws -> Routed {
        let router = BatchRouter(
            pool: pool, policies: PolicyCache(), names: BrokerNames(), ids: .random, clock: { Self.now() },
            lease: .seconds(30), parkDeadline: .seconds(86_400))
        let outcome = try await router.route(
            deliveries.map { key, event in
                BatchRouter.Delivery(
                    key: key, event: event,
                    message: IncomingMessage(
                        id: event.id.description, exchange: "", routingKey: "",
                        body: try EventCoding.encode(event, schema: .current),
                        token: DeliveryToken(epoch: 1, tag: 1)))
            })
        var routed = Routed(reopened: Set(outcome.reopened), count: outcome.routed)
        for message in outcome.messages {
            if let command = try? CommandCoding.decode(message.body), command.connection == Self.connection {
                routed.commands.append(command)
            }
        }
        return routed
    }

    func pass(_ duration: Duration) async throws {
        let columns = [
            ("lane", ["until"]), ("dirty", ["due_at"]), ("work", ["due_at"]), ("message", ["lease_until"]),
            ("intent", ["sent_at", "absent_after", "settled_at"]), ("recovery", ["begun_at", "released_at"]),
        ]
        for (table, names) in columns {
            let set = names.map { "\($0) = \($0) - interval '\(duration.components.seconds) seconds'" }
            _ = try await pool.query("update \(raw: table) set \(raw: set.joined(separator: ", "))")
        }
    }

    func claimMessages() async throws -> [MessageKey] {
        try await pool.run(
            MessageTable.claim(after: .lowest, through: nil, limit: 1000, settings.backoff)
        ).map(\.key)
    }

    func markPublished(_ keys: [MessageKey]) async throws {
        _ = try await pool.run(MessageTable.markPublished(keys, settings.backoff))
    }

    func queueWasLost() async throws {
        _ = try await pool.run(MessageTable.queueWasLost(BrokerNames().routerEvents))
    }

    func beginRecovery(restoredTo moment: Instant) async throws {
        try await pool.run(
            Recoveries.begin(
                IDSource.random.next(Self.now()), restoredTo: moment, by: "test", reason: "a disk was lost"))
    }

    func releaseRecovery() async throws {
        guard let recovery = try await pool.run(Recoveries.open) else { return }
        try await pool.run(Recoveries.move(recovery.id, to: .released))
    }

    func handed() -> [CanonicalEvent] { mailbox.withLock { $0 } }
}
