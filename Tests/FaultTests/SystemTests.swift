import Foundation
import Glibc
import IntegrationSupport
import Postgres
import SandboxKit
import SandboxSupport
import SystemSupport
import Testing

@Suite("The system that tests run", .integration, .timeLimit(.minutes(2)))
struct SystemTests {
    @Test("All processes get ready, one that was killed is started again, and none is left")
    func life() async throws {
        let space = try IntegrationSpace.required()
        var settings = SystemSettings()
        settings.replicas[.router] = 2
        let folder = try await withSystem(on: try space.servers, settings) { system in
            let policies = try await system.pool.query("select count(*) from policy")
            #expect(try policies[0][0, as: Int.self] == 1)
            try await system.kill(.router)
            try await system.kill(.router, replica: 1, by: SIGTERM)
            try await system.restart(.router)
            try await system.restart(.router, replica: 1)
            let health = try await system.hubspot.control("GET", "health")
            #expect(health["vendor"]?.stringValue == "hubspot")
            let counts = try await system.quickbooks.send("GET", "/_sandbox/counts")
            #expect(counts.status == 200)
            return system.folder
        }
        #expect(try !ProcessTable.mentions(folder.path()))
    }

    @Test(
        "A private database that was killed comes back with what was committed",
        .enabled(if: PrivatePostgres.isInstalled, "PostgreSQL is not installed below /usr/lib/postgresql"))
    func privateDatabase() async throws {
        try await PrivatePostgres.run { postgres in
            let pool = PostgresPool(try PostgresConfiguration(url: postgres.url))
            try await pool.execute("create table kept (number int)")
            try await pool.execute("insert into kept values (7)")
            try await postgres.crash()
            await #expect(throws: PostgresError.self) { try await pool.query("select 1") }
            try await postgres.start()
            let number = try await eventually("the pool has connected again") {
                try await pool.query("select number from kept")[0][0, as: Int.self]
            }
            #expect(number == 7)
            await pool.close()
        }
    }
}

/// The processes of this machine.
enum ProcessTable {
    /// Whether any process but this one has the text in its environment or among its arguments.
    static func mentions(_ text: String) throws -> Bool {
        let needle = Data(text.utf8)
        return try FileManager.default.contentsOfDirectory(atPath: "/proc").contains { entry in
            guard let pid = Int32(entry), pid != getpid() else { return false }
            return ["environ", "cmdline"].contains { file in
                (try? Data(contentsOf: URL(filePath: "/proc/\(pid)/\(file)")))?.range(of: needle) != nil
            }
        }
    }
}

extension IntegrationSpace {
    /// What a system of processes works on.
    var servers: SystemServers {
        get throws {
            SystemServers(databaseURL: databaseURL, brokerURL: try #require(brokerURL), prefix: prefix)
        }
    }
}
