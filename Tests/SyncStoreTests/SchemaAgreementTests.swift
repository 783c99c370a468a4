import CanonicalModel
import IntegrationSupport
import Postgres
import SyncStore
import Testing

@Suite("The version of messages that is agreed on", .database)
struct SchemaAgreementTests {
    private func written(_ pool: PostgresPool) async throws -> Int {
        try await pool.run(SchemaAgreement.written).number
    }

    @Test("R11.8: a database that was never worked with gets the newest version, one that was keeps the older one's")
    func beginning() async throws {
        try await withStore { pool in
            #expect(try await written(pool) == 2)
            let migrator = try Migrator(SyncStore.migrations())
            for statement: SQL in [
                """
                insert into connection (id, vendor, role, account, base_url, capabilities)
                values ('crm', 'v', 'crm', 'a', 'u', '{}')
                """,
                """
                insert into replica (id, service, host, pace, loops, connections)
                values ('old', 'router', 'h', 5000000, '{}', '{}')
                """,
            ] {
                try await migrator.migrate(to: 16, on: pool)
                try await pool.execute(statement)
                try await migrator.migrate(on: pool)
                #expect(try await written(pool) == 1)
                try await pool.execute("delete from connection")
            }
            try await migrator.migrate(to: 16, on: pool)
            try await pool.execute("delete from replica")
            var sample = Sample()
            try await pool.run([MessageTable.insert([sample.message()], lease: .zero)])
            try await migrator.migrate(on: pool)
            #expect(try await written(pool) == 1)
        }
    }

    @Test("It rises and never falls, and a program never writes beyond its own")
    func rising() async throws {
        try await withStore { pool in
            try await pool.execute("update message_schema set written = 1")
            #expect(try await written(pool) == 1)
            try await pool.run([SchemaAgreement.raise(to: SchemaVersion(2))])
            #expect(try await written(pool) == 2)
            try await pool.run([SchemaAgreement.raise(to: SchemaVersion(1))])
            #expect(try await pool.run(SchemaAgreement.number) == 2)
            try await pool.execute("update message_schema set written = 9")
            #expect(try await written(pool) == SchemaVersion.current.number)
            #expect(try await pool.run(SchemaAgreement.number) == 9)
            try await pool.execute("delete from message_schema")
            #expect(try await pool.run(SchemaAgreement.written) == .oldest)
        }
    }

    @Test(
        "R11.8: a program fits a database that writes what it reads; otherwise it says whether it or the upgrade is behind",
        arguments: [
            (1, 2, nil), (2, 2, nil), (2, 3, nil), (1, 1, nil),
            (3, 2, "version 3, and this program reads schema version 1 or 2: .* upgrade this program$"),
            (1, 3, "version 1, and this program reads schema version 2 or 3: .* `plumbline upgrade finish` of the "),
        ])
    func fits(written: Int, reads: Int, words: String?) async throws {
        let fault = UnreadableMessages(written: written, reads: SchemaVersion(reads))
        try await withStore { pool in
            try await pool.execute("update message_schema set written = \(written)")
            let check = SchemaAgreement.check(reading: SchemaVersion(reads))
            guard let words else {
                #expect(fault == nil)
                try await pool.run(check)
                return
            }
            let error = await #expect(throws: UnreadableMessages.self) { try await pool.run(check) }
            #expect(error == fault)
            #expect(try error?.description.contains(Regex(words)) == true, "\(String(describing: error))")
        }
    }

    @Test("A database tells from its migration on, and one that has lost its row is read by every program")
    func tells() async throws {
        try await withStore { pool in
            #expect(try await pool.run(SchemaAgreement.isKept))
            try await pool.execute("delete from message_schema")
            try await pool.run(SchemaAgreement.check())
            try await Migrator(SyncStore.migrations()).migrate(to: 16, on: pool)
            #expect(try await !pool.run(SchemaAgreement.isKept))
        }
    }

    @Test("A process tells which version it reads, and one of an older release is known by saying nothing")
    func told() async throws {
        try await withStore { pool in
            func read() async throws -> [String: Int?] {
                Dictionary(uniqueKeysWithValues: try await pool.run(Replicas.all).map { ($0.id, $0.reads?.number) })
            }
            try await pool.run([
                Replicas.beat("new", service: "router", host: "h", pace: .seconds(5), loops: [], connections: []),
                Replicas.beat(
                    "old", service: "router", host: "h", pace: .seconds(5), loops: [], connections: [],
                    reading: SchemaVersion(1)),
            ])
            try await pool.execute(
                """
                insert into replica (id, service, host, pace, loops, connections)
                values ('silent', 'router', 'h', 5000000, '{}', '{}')
                """)
            #expect(try await read() == ["new": 2, "old": 1, "silent": nil])
            // The same process, started anew with another release.
            try await pool.run([
                Replicas.beat("old", service: "router", host: "h", pace: .seconds(5), loops: [], connections: [])
            ])
            #expect(try await read()["old"] == 2)
        }
    }
}
