import CanonicalModel
import IntegrationSupport
import Postgres
import SyncCore
import SyncStore
import Testing

@Suite("Connections", .database)
struct ConnectionsTests {
    @Test("The circuit opens after enough failures, stays open longer each time and closes with a success")
    func circuit() async throws {
        try await withStore { pool in
            let declared = Connections.Declared(
                capabilities: ConnectionCapabilities(connection: "crm", role: .crm, entities: []), vendor: "v",
                account: "a", baseURL: "https://api.example")
            _ = try await pool.run(Connections.declare(declared))
            let fail = Connections.failed("crm", "503", threshold: 2, pause: .seconds(60), ceiling: .seconds(90))
            #expect(try await pool.run(fail).openUntil == nil)
            let second = try await pool.run(fail)
            let third = try await pool.run(fail)
            let now = try await pool.query("select now()")[0][0, as: Instant.self]
            #expect((55...60).contains(try #require(second.openUntil).seconds(since: now)))
            #expect((85...90).contains(try #require(third.openUntil).seconds(since: now)))
            try await pool.run(Connections.succeeded("crm"))
            // A new declaration leaves alone what the connection is doing.
            try await pool.run(Connections.pause("crm", true))
            _ = try await pool.run(Connections.declare(declared))
            let all = try await pool.run(Connections.all)
            #expect(all.count == 1)
            #expect(all[0].health.isPaused && all[0].health.failures == 0 && all[0].health.openUntil == nil)
            #expect(all[0].health.lastFailure == "503")
            await #expect { try await pool.run(Connections.pause("nobody", true)) } throws: {
                ($0 as? StoreError)?.code == .notFound
            }
        }
    }
}
