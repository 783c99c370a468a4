import CanonicalModel
import ConnectorKit
import Foundation
import Simulation
import StoreSupport
import SyncCore
import SyncPolicy
import SyncStore
import Synchronization

/// The store in memory, whose clock moves when a test says so.
final class MemoryUnderTest: StoreUnderTest {
    private let database: MemoryDatabase
    private let policy: SourceOfTruth
    private let mailbox = Mutex<[CanonicalEvent]>([])

    init() throws {
        let now = Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
        database = MemoryDatabase(now: now, ids: .random)
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../deploy/policy/source-of-truth.yaml").standardized
        policy = try SourceOfTruth(yaml: String(contentsOf: file, encoding: .utf8), version: 1)
    }

    func adapter() -> any AdapterStore {
        // No two calls are at the same moment.
        database.now = Instant(microseconds: database.now.microseconds + 1_000)
        return MemoryAdapterStore(database: database, times: .init(requestCeiling: Self.ceiling)) { [self] messages in
            mailbox.withLock { box in
                for message in messages { if case .event(let event) = message.content { box.append(event) } }
            }
        }
    }

    func route(_ deliveries: [(key: MessageKey, event: CanonicalEvent)]) async throws -> Routed {
        database.now = Instant(microseconds: database.now.microseconds + 1_000)
        let router = MemoryRouter(database: database, policy: policy, connections: Estate.capabilities)
        let outcome = try await router.route(deliveries.map { .init(key: $0.key, event: $0.event) })
        var routed = Routed(reopened: outcome.reopened, count: outcome.routed)
        for message in outcome.messages {
            if case .command(let command) = message.content, command.connection == Self.connection {
                routed.commands.append(command)
            }
        }
        return routed
    }

    func pass(_ duration: Duration) async throws {
        database.now = Instant(
            microseconds: database.now.microseconds + duration.components.seconds * 1_000_000
                + duration.components.attoseconds / 1_000_000_000_000)
    }

    func claimMessages() async throws -> [MessageKey] {
        try await pass(.milliseconds(1))
        return database.claimMessages(lease: .seconds(30), patience: .seconds(900)).map {
            MessageKey($0.id, generation: $0.generation)
        }
    }

    func markPublished(_ keys: [MessageKey]) async throws {
        database.markPublished(keys, patience: .seconds(900))
    }

    func queueWasLost() async throws { database.queueWasLost(.events) }

    func beginRecovery(restoredTo moment: Instant) async throws { database.beginRecovery(restoredTo: moment) }

    func releaseRecovery() async throws { database.releaseRecovery() }

    func handed() -> [CanonicalEvent] { mailbox.withLock { $0 } }
}
