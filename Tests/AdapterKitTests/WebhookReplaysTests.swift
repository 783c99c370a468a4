import CanonicalModel
import ConnectorKit
import IntegrationSupport
import Logging
import Postgres
import SyncCore
import SyncStore
import Testing

@testable import AdapterKit

@Suite("Webhooks that are replayed", .database)
struct WebhookReplaysTests {
    @Test(
        "What a webhook names is marked in the transaction that closes its letter; what is still unreadable stays open")
    func takenIn() async throws {
        try await Workshop.open { workshop in
            let pool = workshop.pool
            let now = Adapter.clock()
            let letters = ["1,2", "?"].map { body in
                DeadLetters.Letter(
                    id: workshop.newID(), source: .webhook, connection: Workshop.connection,
                    failureClass: .undecodable, code: "webhook_json", failure: "no JSON", fix: "look", attempts: 1,
                    failedAt: now, payload: Array(body.utf8))
            }
            try await pool.run(DeadLetters.insert(letters))
            let replays = WebhookReplays(
                connector: workshop.vendor,
                declaration: ConnectionDeclaration(
                    id: Workshop.connection, vendor: "memory", role: .fsm, baseURL: "http://127.0.0.1"),
                pool: pool, ids: .random, clock: Adapter.clock, logger: Logger(label: "test"))
            let replay = workshop.newID()
            let taken = try await pool.run(
                Replays.start(
                    replay, DeadLetters.Filter(), by: "ada", reason: "new build", filterText: "all", failureLimit: 5))
            #expect(taken == 2)
            try await replays.round()
            #expect(try await workshop.count("dirty") == 0, "their turn has not come")
            #expect(try await pool.run(Replays.open(letters.map(\.id), of: replay)).count == 2)
            try await replays.round()
            #expect(try await workshop.count("dirty") == 2)
            #expect(try await workshop.count("dead_letter where state = 'replayed'") == 1)
            #expect(
                try await workshop.count(
                    "dead_letter where state = 'open' and attempts = 2 and failure = 'the body is no list of ids'") == 1
            )
            try await replays.round()
            #expect(try await workshop.count("dirty where marks = 1") == 2, "and once")
        }
    }
}
