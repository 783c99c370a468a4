import IntegrationSupport
import Postgres
import Testing

@Suite("Transactions", .database, .timeLimit(.minutes(2)))
struct PostgresTransactionTests {
    private func withTable(_ body: (PostgresPool) async throws -> Void) async throws {
        try await IntegrationSpace.required().withPool { pool in
            try await pool.execute("create table t (id bigint primary key, n bigint not null default 0)")
            try await pool.execute("insert into t values (1), (2)")
            try await body(pool)
        }
    }

    private func values(_ pool: PostgresPool) async throws -> [Int] {
        try await pool.query("select n from t order by id").map { try $0[0, as: Int.self] }
    }

    @Test("What a body does takes effect as a whole, and its value is returned")
    func commits() async throws {
        try await withTable { pool in
            let count = try await pool.withTransaction(isolation: .serializable) { transaction in
                let level = try await transaction.query("show transaction_isolation")[0][0, as: String.self]
                #expect(level == "serializable")
                try await transaction.execute("update t set n = 1 where id = 1")
                return try await transaction.pipeline(["update t set n = 2 where id = 2", "select * from t"])[1].count
            }
            #expect(count == 2)
            let now = try await values(pool)
            #expect(now == [1, 2])
        }
    }

    @Test("What a body that throws has done is undone")
    func rollsBack() async throws {
        struct Refused: Error {}
        try await withTable { pool in
            let runs = Counter()
            await #expect(throws: Refused.self) {
                try await pool.withTransaction { transaction in
                    runs.count()
                    try await transaction.execute("update t set n = 9")
                    throw Refused()
                }
            }
            #expect(runs.value == 1)
            let now = try await values(pool)
            #expect(now == [0, 0])
        }
    }

    @Test("BEGIN, the statements and COMMIT go out in one round trip, also when they are all there is")
    func commitsWithLastStatements() async throws {
        try await withTable { pool in
            let affected = try await pool.withTransaction { transaction in
                try await transaction.commit(with: ["update t set n = \(5)", "select 1"]).map(\.affected)
            }
            #expect(affected == [2, 1])
            let now = try await values(pool)
            #expect(now == [5, 5])
            try await pool.withTransaction { transaction in
                try await transaction.commit()
                let error = await #expect(throws: PostgresError.self) { try await transaction.execute("select 1") }
                #expect(error?.code == .protocolViolation)
            }
            try await pool.withTransaction { _ in }
        }
    }

    @Test("An error among the last statements names its statement, and nothing takes effect")
    func commitFails() async throws {
        try await withTable { pool in
            let error = await #expect(throws: PostgresError.self) {
                try await pool.withTransaction { transaction in
                    try await transaction.commit(with: ["update t set n = 7", "insert into t values (1)"])
                }
            }
            #expect(error?.sqlstate == "23505")
            #expect(error?.statementIndex == 1)
            let now = try await values(pool)
            #expect(now == [0, 0])
        }
    }

    @Test("A constraint that is checked at COMMIT is a definite refusal")
    func deferredConstraintFails() async throws {
        try await withTable { pool in
            try await pool.execute("create table c (id bigint references t deferrable initially deferred)")
            let runs = Counter()
            let error = await #expect(throws: PostgresError.self) {
                try await pool.withTransaction { transaction in
                    runs.count()
                    try await transaction.execute("insert into c values (99)")
                }
            }
            #expect(error?.sqlstate == "23503")
            #expect(error?.code == .server("23503"))
            #expect(runs.value == 1)
        }
    }

    @Test("A body that swallows an error does not seem to have committed")
    func refusesSwallowedError() async throws {
        try await withTable { pool in
            let error = await #expect(throws: PostgresError.self) {
                try await pool.withTransaction { transaction in
                    try await transaction.execute("update t set n = 1")
                    _ = try? await transaction.execute("select 1/0")
                }
            }
            #expect(error?.code == .transactionAborted)
            #expect(error?.message.contains("22012") == true)
            let now = try await values(pool)
            #expect(now == [0, 0])
        }
    }

    @Test("A deadlock is broken by running one of the two again")
    func retriesDeadlock() async throws {
        try await withTable { pool in
            let both = Barrier(2)
            let runs = Counter()
            try await withThrowingTaskGroup { group in
                for (first, second) in [(1, 2), (2, 1)] {
                    group.addTask {
                        try await pool.withTransaction { transaction in
                            runs.count()
                            try await transaction.execute("update t set n = n + 1 where id = \(first)")
                            await both.arrive()
                            try await transaction.execute("update t set n = n + 1 where id = \(second)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            // Who is run again may be back for its row before the other has noticed that it is free.
            #expect(runs.value >= 3)
            let now = try await values(pool)
            #expect(now == [2, 2])
        }
    }

    @Test("A serialization failure is run again, up to the limit, also when the body wraps or swallows it")
    func retriesSerializationFailure() async throws {
        struct Wrapped: Error { var cause: any Error }
        try await withTable { pool in
            let runs = Counter()
            @Sendable func collide(_ transaction: PostgresTransaction, times: Int) async throws {
                let run = runs.count()
                let seen = try await transaction.query("select n from t where id = 1")[0][0, as: Int.self]
                if run <= times { try await pool.execute("update t set n = n + 10 where id = 1") }
                try await transaction.execute("update t set n = \(seen + 1) where id = 1")
            }
            try await pool.withTransaction(isolation: .repeatableRead) { try await collide($0, times: 2) }
            #expect(runs.value == 3)
            let now = try await values(pool)
            #expect(now == [21, 0])

            runs.reset()
            try await pool.withTransaction(isolation: .repeatableRead) { transaction in
                do { try await collide(transaction, times: 1) } catch { throw Wrapped(cause: error) }
            }
            #expect(runs.value == 2)

            runs.reset()
            try await pool.withTransaction(isolation: .repeatableRead) { try? await collide($0, times: 1) }
            #expect(runs.value == 2)

            runs.reset()
            let error = await #expect(throws: PostgresError.self) {
                try await pool.withTransaction(isolation: .repeatableRead, retries: 2) {
                    try await collide($0, times: 9)
                }
            }
            #expect(error?.sqlstate == "40001")
            #expect(runs.value == 3)
        }
    }

    @Test("A part under a savepoint may fail while the rest takes effect")
    func containsFailure() async throws {
        try await withTable { pool in
            try await pool.withTransaction { transaction in
                try await transaction.execute("update t set n = 1 where id = 1")
                let error = await #expect(throws: PostgresError.self) {
                    try await transaction.withSavepoint { part in
                        try await part.execute("update t set n = 5")
                        try await part.execute("insert into t values (1)")
                    }
                }
                #expect(error?.sqlstate == "23505")
                try await transaction.withSavepoint { try await $0.execute("update t set n = 2 where id = 2") }
            }
            let now = try await values(pool)
            #expect(now == [1, 2])
        }
    }

    @Test("Rows copied in a transaction go with it")
    func copies() async throws {
        struct Refused: Error {}
        try await withTable { pool in
            let rows: [[any PostgresEncodable]] = (3..<10).map { [$0, $0] }
            await #expect(throws: Refused.self) {
                try await pool.withTransaction { transaction in
                    try await transaction.copyIn(table: "t", columns: ["id", "n"], rows: rows)
                    throw Refused()
                }
            }
            let before = try await values(pool)
            #expect(before.count == 2)
            try await pool.withTransaction { try await $0.copyIn(table: "t", columns: ["id", "n"], rows: rows) }
            let after = try await values(pool)
            #expect(after.count == 9)
        }
    }

    @Test("Statements of several tasks all fall into the transaction")
    func sharesAmongTasks() async throws {
        struct Refused: Error {}
        try await withTable { pool in
            await #expect(throws: Refused.self) {
                try await pool.withTransaction { transaction in
                    try await withThrowingTaskGroup { group in
                        for n in 10..<60 {
                            group.addTask { try await transaction.execute("insert into t values (\(n))") }
                        }
                        try await group.waitForAll()
                    }
                    throw Refused()
                }
            }
            let now = try await values(pool)
            #expect(now.count == 2)
        }
    }

    @Test("A statement whose deadline passed before it was sent does not let the next one out of the transaction")
    func staysInside() async throws {
        struct Refused: Error {}
        try await withTable { pool in
            await #expect(throws: Refused.self) {
                try await pool.withTransaction { transaction in
                    let error = await failure { _ = try await transaction.query("select 1", timeout: .zero) }
                    #expect(error?.code == .timedOut)
                    try await transaction.execute("update t set n = 4")
                    throw Refused()
                }
            }
            let now = try await values(pool)
            #expect(now == [0, 0])
        }
    }

    @Test("Cancelling the task undoes the transaction")
    func cancels() async throws {
        try await withTable { pool in
            let reached = Gate()
            let task = Task {
                try await pool.withTransaction { transaction in
                    try await transaction.execute("update t set n = 4")
                    reached.open()
                    try await transaction.execute("select pg_sleep(30)")
                }
            }
            await reached.wait()
            task.cancel()
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.code == .cancelled)
            let now = try await values(pool)
            #expect(now == [0, 0])
            #expect(pool.load.lent == 0)
        }
    }

    @Test("A connection lost before COMMIT was sent is a definite failure, and the body is run again")
    func retriesLostConnection() async throws {
        try await withTable { pool in
            let runs = Counter()
            try await pool.withTransaction { transaction in
                let run = runs.count()
                try await transaction.execute("update t set n = n + 1 where id = 1")
                if run == 1 { try await transaction.execute("select pg_terminate_backend(pg_backend_pid())") }
            }
            #expect(runs.value == 2)
            let now = try await values(pool)
            #expect(now == [1, 0])
        }
    }

    @Test("An answer to COMMIT that is lost is reported as unknown and not run again", arguments: [false, true])
    func reportsUnknownOutcome(swallowed: Bool) async throws {
        try await withTable { pool in
            // COMMIT waits inside the server for a lock that this test holds.
            let lock = Int64.random(in: 1...Int64.max)
            try await pool.withConnection { connection in
                try await connection.script(
                    """
                    create function wait_at_commit() returns trigger language plpgsql as
                        $$ begin perform pg_advisory_xact_lock(\(lock)); return null; end $$;
                    create constraint trigger wait after update on t deferrable initially deferred
                        for each row execute function wait_at_commit();
                    """, operation: "set-up")
            }
            let runs = Counter()
            let task = try await pool.withConnection { holder in
                _ = try await holder.query("select pg_advisory_lock(\(lock))")
                let task = Task {
                    try await pool.withTransaction { transaction in
                        runs.count()
                        do {
                            try await transaction.commit(with: ["update t set n = 1 where id = 1"])
                        } catch  where swallowed {}
                    }
                }
                let waiting: SQL = """
                    select pid from pg_locks where locktype = 'advisory' and not granted
                        and (classid::bigint << 32 | objid::bigint) = \(lock)
                    """
                try await eventually("COMMIT waits") { try await !holder.query(waiting).isEmpty }
                try await holder.execute("select pg_terminate_backend(pid) from (\(waiting)) as waiting")
                _ = await task.result
                try await holder.execute("select pg_advisory_unlock_all()")
                return task
            }
            let error = await #expect(throws: PostgresError.self) { try await task.value }
            #expect(error?.code == .commitOutcomeUnknown)
            #expect(error?.message.contains("57P01") == true || error?.message.contains("terminating") == true)
            #expect(runs.value == 1)
        }
    }
}
