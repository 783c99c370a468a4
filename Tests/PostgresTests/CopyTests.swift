import IntegrationSupport
import Postgres
import Testing

@Suite("Binary COPY", .database, .timeLimit(.minutes(2)))
struct CopyTests {
    private func withTable(_ body: (PostgresConnection) async throws -> Void) async throws {
        var configuration = try IntegrationSpace.required().database
        // A busy machine may take its time to give up a statement.
        configuration.cancelGrace = .seconds(30)
        let connection = try await PostgresConnection.connect(configuration)
        do {
            try await connection.execute(
                "create table t (id uuid primary key, n integer, body bytea not null, name varchar, seen timestamptz, j jsonb)"
            )
            try await body(connection)
        } catch {
            await connection.close()
            throw error
        }
        await connection.close()
    }

    private static let columns = ["id", "n", "body", "name", "seen", "j"]

    private static func row(_ n: Int) -> [any PostgresEncodable] {
        [
            PostgresUUID(high: 1, low: UInt64(n)), n, Array("row \(n)".utf8), n % 2 == 0 ? nil as String? : "name \(n)",
            PostgresTimestamp(microseconds: Int64(n)), PostgresJSON(Array("[\(n)]".utf8)),
        ]
    }

    @Test("A hundred thousand rows go in and come out in batches")
    func copiesManyRows() async throws {
        try await withTable { connection in
            let count = try await connection.copyIn(
                table: "t", columns: Self.columns, rows: (0..<100_000).lazy.map { Self.row($0) })
            #expect(count == 100_000)
            let seen = Seen()
            try await connection.copyOut("select n, body, name, j from t order by n", batchSize: 7_000) { batch in
                #expect(batch.count <= 7_000)
                for row in batch {
                    let n = try row.decode("n", as: Int.self)
                    #expect(n == seen.count)
                    #expect(try row.decode("body", as: [UInt8].self) == Array("row \(n)".utf8))
                    #expect(try row.decode("name", as: String?.self) == (n % 2 == 0 ? nil : "name \(n)"))
                    seen.count += 1
                }
            }
            #expect(seen.count == 100_000)
            let total = try await connection.value("select sum((j->>0)::bigint) from t", as: Int.self)
            #expect(total == 4_999_950_000)
        }
    }

    /// Only one task at a time uses it.
    private final class Seen: @unchecked Sendable {
        var count = 0
    }

    @Test("No rows are no rows")
    func copiesNothing() async throws {
        try await withTable { connection in
            let count = try await connection.copyIn(table: "t", columns: ["id"], rows: [])
            #expect(count == 0)
            try await connection.copyOut("select * from t") { _ in Issue.record("a batch of nothing") }
            try await expectUsable(connection)
        }
    }

    @Test("A COPY that fails at the client or at the server writes nothing and leaves the connection usable")
    func failsAsAWhole() async throws {
        try await withTable { connection in
            let wrong = Self.row(1).map { $0 is PostgresJSON ? true as any PostgresEncodable : $0 }
            let client = await #expect(throws: PostgresError.self) {
                try await connection.copyIn(table: "t", columns: Self.columns, rows: [Self.row(0), wrong])
            }
            #expect(client?.message == "row 1: column j is jsonb, and COPY cannot write boolean into it")
            let short = await #expect(throws: PostgresError.self) {
                try await connection.copyIn(table: "t", columns: ["id", "n"], rows: [[1]])
            }
            #expect(short?.message == "row 0 has 1 values for 2 columns")
            // More than one chunk, so that the server refuses while we are still sending.
            let server = await #expect(throws: PostgresError.self) {
                try await connection.copyIn(
                    table: "t", columns: Self.columns, rows: (0..<50_000).lazy.map { Self.row($0 % 10) })
            }
            #expect(server?.sqlstate == "23505")
            let missing = await #expect(throws: PostgresError.self) {
                try await connection.copyIn(table: "t", columns: ["id", "nope"], rows: [])
            }
            #expect(missing?.sqlstate == "42703")
            let left = try await connection.query("select * from t")
            #expect(left.isEmpty)
            #expect(connection.health == .idle)
        }
    }

    @Test("A COPY out that its reader leaves early is ended, and refuses company meanwhile")
    func leavesEarly() async throws {
        struct Enough: Error {}
        try await withTable { connection in
            do {
                try await connection.copyOut("select generate_series(1, 50000000) as n", batchSize: 10) { _ in
                    let error = await #expect(throws: PostgresError.self) { try await connection.query("select 1") }
                    #expect(error?.code == .protocolViolation)
                    throw Enough()
                }
                Issue.record("the error of the body was lost")
            } catch is Enough {
                // As it should be.
            }
            try await expectUsable(connection)
            let late = await #expect(throws: PostgresError.self) {
                try await connection.copyOut("select pg_sleep(30)", timeout: .milliseconds(100)) { _ in }
            }
            #expect(late?.code == .timedOut)
            try await expectUsable(connection)
            let bound = await #expect(throws: PostgresError.self) {
                try await connection.copyOut("select \(1)") { _ in }
            }
            #expect(bound?.code == .encoding)
        }
    }
}
