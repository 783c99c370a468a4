import CanonicalModel
import IntegrationSupport
import Operations
import Postgres
import StoreSupport
import SyncStore
import Testing

@Suite("Ending an upgrade without a stop", .database)
struct UpgradeTests {
    /// An estate in which programs of the release before this one have worked.
    private func run(_ body: (Estate, UpgradeOperations) async throws -> Void) async throws {
        try await Estate.run { estate in
            try await estate.pool.execute("update message_schema set written = 1")
            try await body(estate, UpgradeOperations(estate.pool))
        }
    }

    /// Shows a process as one of the release before this one does.
    private func beat(_ id: String, _ estate: Estate) async throws {
        try await estate.pool.execute(
            """
            insert into replica (id, service, host, pace, loops, connections)
            values (\(id), 'router', 'host-1', 5000000, '{}', '{}')
            on conflict (id) do update set seen_at = clock_timestamp()
            """)
    }

    private func operated(_ estate: Estate) async throws -> [String] {
        try await estate.pool.query("select body from audit where kind = 'operated' order by id").map {
            String(decoding: try $0[0, as: [UInt8].self], as: UTF8.self)
        }
    }

    private func written(_ estate: Estate) async throws -> Int {
        try await estate.pool.run(SchemaAgreement.number)
    }

    @Test("R11.8: it is refused while a process of the older release is seen, and done once that has ended")
    func refused() async throws {
        try await run { estate, operations in
            try await beat("old-1", estate)
            try await estate.pool.run([
                Replicas.beat("new-1", service: "router", host: "h", pace: .seconds(5), loops: [], connections: [])
            ])
            let open = try await operations.report()
            #expect(open.isOpen && open.hasOlder)
            #expect(open.text.contains("old-1") && open.text.contains("not told") && !open.text.contains("new-1"))
            #expect(open.json["written"].int == 1 && open.json["older"].array?.count == 1)
            let error = await #expect(throws: OperationFailure.self) {
                _ = try await operations.finish(isForced: false, by: "ada", reason: "test")
            }
            #expect(error?.description.contains("old-1") == true && error?.description.contains("--force") == true)
            #expect(try await written(estate) == 1)
            #expect(try await operated(estate).isEmpty)
            try await estate.pool.run([Replicas.leave("old-1")])
            #expect(try await operations.report().line.contains("plumbline upgrade finish"))
            let done = try await operations.finish(isForced: false, by: "ada", reason: "all are new")
            #expect(!done.isOpen && done.text.contains("the newest of this release"))
            #expect(try await written(estate) == 2)
            let entry = try #require(try await operated(estate).first)
            for words in ["upgrade finish", "all are new", "\"forced\":false"] { #expect(entry.contains(words)) }
        }
    }

    @Test("One that has died counts until another one has its place; force goes on without waiting")
    func died() async throws {
        try await run { estate, operations in
            try await beat("old-1", estate)
            try await estate.pool.execute("update replica set seen_at = now() - interval '1 hour'")
            #expect(try await operations.report().text.contains("it has died, or hangs"))
            await #expect(throws: OperationFailure.self) {
                _ = try await operations.finish(isForced: false, by: "ada", reason: "test")
            }
            try await estate.pool.run([Replicas.replaced(["old-1"])])
            #expect(try await !operations.report().hasOlder)
            try await beat("old-2", estate)
            _ = try await operations.finish(isForced: true, by: "ada", reason: "that one is unplugged")
            #expect(try await written(estate) == 2)
            #expect(try #require(try await operated(estate).first).contains("\"forced\":true"))
        }
    }

    @Test("Where it was done before nothing happens, and nothing is lowered below a newer release")
    func repeated() async throws {
        try await run { estate, operations in
            for _ in 0..<2 { _ = try await operations.finish(isForced: false, by: "ada", reason: "test") }
            #expect(try await operated(estate).count == 1)
            try await estate.pool.execute("update message_schema set written = 9")
            let error = await #expect(throws: OperationFailure.self) {
                _ = try await operations.finish(isForced: true, by: "ada", reason: "test")
            }
            #expect(error?.description.hasSuffix("upgrade this program") == true)
            #expect(try await written(estate) == 9)
        }
    }

    @Test("The status says that an upgrade is not finished, as a note that is no alert, and nothing afterwards")
    func status() async throws {
        try await run { estate, operations in
            let open = try await StatusOperations(estate.pool).report()
            #expect(open.text.contains("Upgrade, not finished: messages are written in version 1"))
            #expect(open.json["upgrade"]["open"].bool == true)
            _ = try await operations.finish(isForced: false, by: "ada", reason: "test")
            let done = try await StatusOperations(estate.pool).report()
            #expect(!done.text.contains("Upgrade") && done.json["upgrade"]["written"].int == 2)
        }
    }
}
