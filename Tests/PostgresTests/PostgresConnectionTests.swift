import IntegrationSupport
import Testing

@testable import Postgres

@Suite("One connection", .database, .timeLimit(.minutes(2)))
struct PostgresConnectionTests {
    private func withConnection(
        _ change: (inout PostgresConfiguration) -> Void = { _ in },
        _ body: (PostgresConnection) async throws -> Void
    ) async throws {
        var configuration = try IntegrationSpace.required().database
        // A busy machine may take its time to give up a statement.
        configuration.cancelGrace = .seconds(30)
        change(&configuration)
        let connection = try await PostgresConnection.connect(configuration)
        do {
            try await body(connection)
        } catch {
            await connection.close()
            throw error
        }
        await connection.close()
    }

    @Test("Statements of a pipeline answer in order, each with its rows or its count")
    func pipelines() async throws {
        try await withConnection { connection in
            let results = try await connection.pipeline([
                "create table t (n bigint, s text)",
                "insert into t select n, n::text from generate_series(1, \(100)) as n",
                "select n, s from t where n > \(97) order by n", "delete from t where n <= \(40)", "",
            ])
            #expect(results.map(\.affected) == [0, 100, 3, 40, 0])
            #expect(results[2].columns == ["n", "s"])
            #expect(try results[2].map { try $0.decode("n", as: Int.self) } == [98, 99, 100])
            #expect(try results[2].map { try $0[1, as: String.self] } == ["98", "99", "100"])
        }
    }

    @Test(
        "An error in the middle of a pipeline names its statement, undoes the others and leaves the connection usable")
    func pipelineFails() async throws {
        try await withConnection { connection in
            try await connection.execute("create table t (n bigint primary key)")
            for _ in 0..<2 {
                let error = await #expect(throws: PostgresError.self) {
                    try await connection.pipeline([
                        "insert into t values (\(1))", "insert into t values (\(2))", "insert into t values (\(1))",
                        "insert into t values (\(3))", "select nonsense",
                    ])
                }
                #expect(error?.statementIndex == 2)
                #expect(error?.code == .server("23505"))
                #expect(error?.sqlstate == "23505")
                #expect(error?.constraint == "t_pkey")
                #expect(error?.detail == "Key (n)=(…) already exists.")
                #expect(error?.operation == "insert into t values ($1)")
                #expect(error?.description.contains("statement 3") == true)
            }
            let left = try await connection.query("select * from t")
            #expect(left.isEmpty)
            #expect(connection.health == .idle)
        }
    }

    @Test("A statement that cannot be parsed fails, and the next use of the same text can succeed")
    func retriesPreparation() async throws {
        try await withConnection { connection in
            for _ in 0..<2 {
                let error = await #expect(throws: PostgresError.self) {
                    try await connection.pipeline(["select 1", "select n from later", "select 2"])
                }
                #expect(error?.sqlstate == "42P01")
                #expect(error?.statementIndex == 1)
            }
            try await connection.execute("create table later (n bigint)")
            let answers = try await connection.pipeline(["select 1", "select n from later", "select 2"])
            #expect(answers.count == 3)
        }
    }

    @Test("A prepared statement whose table changed is prepared again")
    func survivesSchemaChange() async throws {
        try await withConnection { connection in
            try await connection.execute("create table t (n bigint)")
            let before = try await connection.query("select * from t")
            #expect(before.columns == ["n"])
            try await connection.execute("alter table t add s text")
            let after = try await connection.query("select * from t")
            #expect(after.columns == ["n", "s"])
            try await connection.execute("deallocate all")
            let again = try await connection.query("select * from t")
            #expect(again.columns == ["n", "s"])
        }
    }

    @Test("More different statements than the cache holds do not pile up at the server", arguments: [0, 1, 10])
    func boundsPreparedStatements(capacity: Int) async throws {
        try await withConnection({ $0.preparedStatements = capacity }) { connection in
            for n in 0..<200 {
                let answer = try await connection.value("select \(raw: "\(n)")", as: Int.self)
                #expect(answer == n)
            }
            let batch = (0..<50).map { n -> SQL in "select \(n) + \(raw: "\(n % 25)")" }
            let answers = try await connection.pipeline(batch)
            #expect(try answers.last?[0][0, as: Int.self] == 73)
            let count = try await connection.value("select count(*) from pg_prepared_statements", as: Int.self)
            #expect(count <= capacity + 64 + 25)
        }
    }

    @Test("The text of an error has no value of a parameter")
    func errorsAreDiscreet() async throws {
        try await withConnection { connection in
            let secret = "hunter2"
            try await connection.execute("create table t (a text primary key, b text check (b <> 'hunter2'), c uuid)")
            try await connection.execute("insert into t (a) values (\(secret))")
            let statements: [SQL] = [
                "insert into t (a) values (\(secret))", "insert into t (a, b) values ('x', \(secret))",
                "insert into t (a, c) values ('y', \(secret)::text::uuid)", "select \(secret)::text::int",
                "select \(secret)::text::date", "select \(secret)::text::jsonb",
            ]
            for statement in statements {
                let error = await #expect(throws: PostgresError.self) { try await connection.query(statement) }
                #expect(error.map { "\($0) \(String(reflecting: $0))".contains(secret) } == false, "\(error as Any)")
            }
        }
    }

    @Test("The server's time-out for a statement is reported as such")
    func serverTimesOut() async throws {
        try await withConnection({ $0.statementTimeout = .milliseconds(50) }) { connection in
            let error = await #expect(throws: PostgresError.self) { try await connection.query("select pg_sleep(30)") }
            #expect(error?.code == .timedOut)
            #expect(error?.sqlstate == "57014")
            try await expectUsable(connection)
        }
    }

    @Test("The deadline of a call makes the server give up the statement, and the connection lives on")
    func clientTimesOut() async throws {
        try await withConnection { connection in
            let start = ContinuousClock.now
            let error = await #expect(throws: PostgresError.self) {
                try await connection.pipeline(["select 1", "select pg_sleep(30)"], timeout: .milliseconds(100))
            }
            #expect(error?.code == .timedOut)
            #expect(error?.statementIndex == 1)
            #expect(.now - start < .seconds(25))
            for _ in 0..<20 { try await expectUsable(connection) }
            let late = await #expect(throws: PostgresError.self) {
                try await connection.query("select 1", timeout: .zero)
            }
            #expect(late?.code == .timedOut)
        }
    }

    @Test("Cancelling the task makes the server give up the statement, and the connection lives on")
    func cancels() async throws {
        try await withConnection { connection in
            let pid = try await connection.value("select pg_backend_pid()", as: Int.self)
            let task = Task { try await connection.query("select pg_sleep(30)") }
            try await withConnection { other in
                try await eventually("the statement runs") {
                    let rows = try await other.query(
                        "select 1 from pg_stat_activity where pid = \(pid) and query like '%pg_sleep%' and state = 'active'"
                    )
                    return !rows.isEmpty
                }
            }
            task.cancel()
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            for _ in 0..<20 { try await expectUsable(connection) }
            let never = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await connection.query("select 1")
            }
            let early = await #expect(throws: PostgresError.self) { try await never.value }
            #expect(early?.code == .cancelled)
        }
    }

    @Test("A connection that the server ends is seen as closed without being asked")
    func seesTheEnd() async throws {
        try await withConnection { connection in
            let pid = try await connection.value("select pg_backend_pid()", as: Int.self)
            try await withConnection { other in
                try await other.execute("select pg_terminate_backend(\(Int32(pid)))")
            }
            try await eventually("the connection is closed") { connection.health == .closed }
            let error = await #expect(throws: PostgresError.self) { try await connection.query("select 1") }
            #expect(error?.code == .connectionLost || error?.code == .closed)
        }
    }

    @Test("A statement that the server ends reports why")
    func reportsTheEnd() async throws {
        try await withConnection { connection in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.query("select pg_terminate_backend(pg_backend_pid())")
            }
            #expect(error?.code == .connectionLost)
            #expect(error?.sqlstate == "57P01")
            #expect(connection.health == .closed)
        }
    }

    @Test("Megabytes in both directions at once do not block each other")
    func movesMegabytes() async throws {
        try await withConnection { connection in
            let block = [UInt8](repeating: 7, count: 400_000)
            let results = try await connection.pipeline((0..<40).map { _ in "select \(block) as b" })
            #expect(results.count == 40)
            #expect(try results.allSatisfy { try $0[0].decode("b", as: [UInt8].self) == block })
        }
    }

    @Test("A script runs in the simple protocol, and a failure in it is reported")
    func runsScripts() async throws {
        try await withConnection { connection in
            try await connection.script(
                "create table t (n int); insert into t values (1); do $$ begin raise warning 'careful'; end $$; select 1",
                operation: "set-up")
            let error = await #expect(throws: PostgresError.self) {
                try await connection.script("insert into t values (2); select 1/0; select 2", operation: "set-up")
            }
            #expect(error?.sqlstate == "22012")
            #expect(error?.operation == "set-up")
            let left = try await connection.query("select n from t")
            #expect(left.count == 1)
            let copy = await #expect(throws: PostgresError.self) {
                try await connection.script("copy t from stdin", operation: "set-up")
            }
            #expect(copy?.code == .protocolViolation)
        }
    }

    @Test("A COPY as a statement is refused with the way to do it")
    func refusesCopyStatement() async throws {
        try await withConnection { connection in
            let error = await #expect(throws: PostgresError.self) {
                try await connection.query("copy (select 1) to stdout")
            }
            #expect(error?.code == .protocolViolation || error?.sqlstate != nil)
        }
    }

    @Test("Too many parameters and a zero byte are refused before anything is sent")
    func refusesImpossible() async throws {
        try await withConnection { connection in
            var statement: SQL = "select 1 where 1 in ("
            for n in 0..<70_000 { statement += "\(n)," }
            for statement in [statement, "select '\0'"] {
                let error = await #expect(throws: PostgresError.self) { try await connection.query(statement) }
                #expect(error?.code == .encoding)
            }
            try await expectUsable(connection)
        }
    }

    @Test("Calls of many tasks on one connection do not mix up their answers")
    func servesManyTasks() async throws {
        try await withConnection { connection in
            try await withThrowingTaskGroup { group in
                for n in 0..<200 {
                    group.addTask { (n, try await connection.query("select \(n) as n")[0].decode("n", as: Int.self)) }
                }
                for try await (asked, answered) in group { #expect(asked == answered) }
            }
        }
    }

    @Test("A connection that nobody holds ends its session")
    func endsWhenDropped() async throws {
        try await withConnection { other in
            let pid = try await forgottenSession()
            try await eventually("the session ends") {
                try await other.query("select 1 from pg_stat_activity where pid = \(pid)").isEmpty
            }
        }
    }

    private func forgottenSession() async throws -> Int {
        let connection = try await PostgresConnection.connect(IntegrationSpace.required().database)
        return try await connection.value("select pg_backend_pid()", as: Int.self)
    }
}
