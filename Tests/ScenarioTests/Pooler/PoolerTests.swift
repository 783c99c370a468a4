import IntegrationSupport
import Postgres
import SystemSupport
import Testing

/// Postgres through a PgBouncer that hands out transactions.
@Suite(
    "Behind a transaction pooler", .database, .enabled(if: PrivatePooler.isInstalled, "pgbouncer is not installed"),
    .timeLimit(.minutes(2)))
struct PoolerTests {
    private static let settings: SQL = """
        select pg_backend_pid(), current_setting('search_path'), current_setting('statement_timeout'),
            current_setting('TimeZone'), current_setting('plan_cache_mode'), current_setting('enable_seqscan'),
            current_setting('transaction_isolation')
        """

    @Test("Each transaction has its settings, whichever session of the server it runs in, and leaves none there")
    func settings() async throws {
        try await behindPooler(sessions: 3) { pooler in
            var configuration = pooler.database
            configuration.planning = .byIndex
            configuration.statementTimeout = .milliseconds(54_321)
            let pool = PostgresPool(configuration)
            var sessions: Set<Int32> = []
            for turn in 0..<12 {
                let row: PostgresRow
                if turn.isMultiple(of: 2) {
                    row = try #require(try await pool.query(Self.settings).first)
                } else {
                    row = try #require(
                        try await pool.withTransaction(isolation: .repeatableRead) { transaction in
                            try await transaction.query(Self.settings)
                        }.first)
                }
                sessions.insert(try row[0, as: Int32.self])
                let shown = try (1...6).map { try row[$0, as: String.self] }
                let isolation = turn.isMultiple(of: 2) ? "read committed" : "repeatable read"
                let expected = [
                    try #require(configuration.searchPath), "54321ms", "UTC", "force_generic_plan", "off", isolation,
                ]
                #expect(shown == expected)
            }
            await pool.close()
            // Else the rest proves nothing.
            #expect(sessions.count == 3)
            #expect(try await SessionRemains(of: pooler).found == [])
        }
    }

    @Test(
        "What belongs to a session is found in the pooler's sessions",
        arguments: [
            ("select pg_advisory_lock(1)", "holds an advisory lock"), ("listen somebody", "listens on somebody"),
            ("set work_mem = '5MB'", "has set work_mem"), ("create temporary table t ()", "keeps the table t"),
            ("prepare p as select 1", "prepared prepare p as select 1"),
            ("declare c cursor with hold for select 1", "keeps the cursor c"),
        ])
    func remains(_ statement: String, _ found: String) async throws {
        try await behindPooler(sessions: 3) { pooler in
            let connection = try await PostgresConnection.connect(pooler.database)
            _ = try await connection.pipeline([SQL(raw: statement)])
            await connection.close()
            let remains = try await SessionRemains(of: pooler)
            #expect(remains.sessions == 3)
            #expect(remains.found == [found])
        }
    }

    @Test("A statement prepared by name is missing in the next session: so none is")
    func prepared() async throws {
        try await behindPooler(sessions: 2) { pooler in
            var named = pooler.database
            named.behindTransactionPooler = false
            // It sends options at the start of the session, which the pooler does not take.
            await #expect(throws: PostgresError.self) { try await PostgresConnection.connect(named) }
            let connection = try await PostgresConnection.connect(pooler.database)
            for number in 0..<10 {
                let rows = try await connection.query("select \(number) + 1")
                #expect(try rows[0][0, as: Int.self] == number + 1)
            }
            await connection.close()
        }
    }

    @Test("An error names the statement of the caller, and the connection goes on")
    func errors() async throws {
        try await behindPooler(sessions: 2) { pooler in
            let connection = try await PostgresConnection.connect(pooler.database)
            for batch: [SQL] in [["select 1", "select 1 / 0"], ["begin", "select 1 / 0"]] {
                let error = await #expect(throws: PostgresError.self) { try await connection.pipeline(batch) }
                #expect(error?.statementIndex == 1)
                #expect(error?.sqlstate == "22012")
                if connection.health == .inTransaction { try await connection.execute("rollback") }
            }
            #expect(connection.health == .idle)
            #expect(try await connection.query("select 7")[0][0, as: Int.self] == 7)
            await connection.close()
        }
    }

    @Test("A statement that takes too long is given up at the server, and nobody else's")
    func cancels() async throws {
        try await behindPooler(sessions: 2) { pooler in
            let one = try await PostgresConnection.connect(pooler.database)
            let other = try await PostgresConnection.connect(pooler.database)
            async let slept = other.query("select 1 from pg_sleep(3)")
            let error = await #expect(throws: PostgresError.self) {
                try await one.pipeline(["select pg_sleep(60)"], timeout: .seconds(1))
            }
            #expect(error?.code == .timedOut)
            #expect(error?.sqlstate == "57014")
            #expect(try await slept.count == 1)
            #expect(try await one.query("select 7")[0][0, as: Int.self] == 7)
            await one.close()
            await other.close()
        }
    }

    @Test("A COPY works within a transaction, and is refused outside of one, as are a script and listening")
    func copies() async throws {
        try await behindPooler(sessions: 2) { pooler in
            let pool = PostgresPool(pooler.database)
            try await pool.execute("create table copied (id int4)")
            let count = try await pool.withTransaction { transaction in
                try await transaction.copyIn(table: "copied", columns: ["id"], rows: (0..<1000).map { [Int32($0)] })
            }
            #expect(count == 1000)
            #expect(try await pool.query("select count(*) from copied")[0][0, as: Int.self] == 1000)
            await pool.close()
            let connection = try await PostgresConnection.connect(pooler.database)
            let refused: [@Sendable () async throws -> Void] = [
                { try await connection.copyIn(table: "copied", columns: ["id"], rows: [[Int32(1)]]) },
                { try await connection.script("select 1", operation: "a script") },
                { _ = try await connection.listen("anything") },
            ]
            for attempt in refused {
                let error = await #expect(throws: PostgresError.self) { try await attempt() }
                #expect(error?.code == .protocolViolation)
            }
            #expect(connection.health == .idle)
            await connection.close()
        }
    }

    private func behindPooler(sessions: Int, _ body: (PrivatePooler) async throws -> Void) async throws {
        try await PrivatePooler.run(
            before: try IntegrationSpace.required().database, sessions: sessions, body)
    }
}
