import IntegrationSupport
import Postgres
import RandomSupport
import Synchronization
import Testing

@Suite("The pool", .database, .timeLimit(.minutes(2)))
struct PostgresPoolTests {
    private func limits(_ connections: Int, waiting: Int = 1024, acquire: Duration = .seconds(60))
        -> PostgresPool.Limits
    {
        var limits = PostgresPool.Limits()
        limits.connections = connections
        limits.waiting = waiting
        limits.acquireTimeout = acquire
        return limits
    }

    private final class Order: Sendable {
        let callers = Mutex<[Int]>([])
    }

    @Test("Many callers share few connections, and every one is served")
    func shares() async throws {
        try await IntegrationSpace.required().withPool(limits(3)) { pool in
            let pids = try await withThrowingTaskGroup { group in
                for _ in 0..<100 {
                    group.addTask {
                        try await pool.withConnection { try await $0.value("select pg_backend_pid()", as: Int.self) }
                    }
                }
                return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
            }
            #expect(pids.count <= 3)
            #expect(pool.load == (0, pids.count, 0))
        }
    }

    @Test("Waiting callers are served in the order of asking")
    func isFair() async throws {
        try await IntegrationSpace.required().withPool(limits(1)) { pool in
            let gate = Gate()
            let order = Order()
            let holder = Task { try await pool.withConnection { _ in await gate.wait() } }
            try await eventually("the connection is lent") { pool.load.lent == 1 }
            var waiters: [Task<Void, any Error>] = []
            for n in 0..<5 {
                waiters.append(Task { try await pool.withConnection { _ in order.callers.withLock { $0.append(n) } } })
                try await eventually("caller \(n) waits") { pool.load.waiting == n + 1 }
            }
            gate.open()
            try await holder.value
            for waiter in waiters { try await waiter.value }
            #expect(order.callers.withLock { $0 } == [0, 1, 2, 3, 4])
        }
    }

    @Test("A caller is refused when too many wait, and when its deadline passes")
    func isBounded() async throws {
        try await IntegrationSpace.required().withPool(limits(1, waiting: 1, acquire: .seconds(2))) { pool in
            let gate = Gate()
            let holder = Task { try await pool.withConnection { _ in await gate.wait() } }
            try await eventually("the connection is lent") { pool.load.lent == 1 }
            let waiter = Task { try await pool.query("select 1") }
            try await eventually("a caller waits") { pool.load.waiting == 1 }
            let full = await #expect(throws: PostgresError.self) { try await pool.query("select 1") }
            #expect(full?.code == .poolExhausted)
            #expect(full?.message.contains("1 callers wait already") == true)
            let late = await #expect(throws: PostgresError.self) { try await waiter.value }
            #expect(late?.code == .poolExhausted)
            #expect(late?.message.contains("none became free in 2.0 seconds") == true)
            gate.open()
            try await holder.value
            let answer = try await pool.query("select 1")
            #expect(answer.count == 1)
        }
    }

    @Test("A caller that is cancelled while it waits leaves the queue")
    func cancelsWaiting() async throws {
        try await IntegrationSpace.required().withPool(limits(1)) { pool in
            let gate = Gate()
            let holder = Task { try await pool.withConnection { _ in await gate.wait() } }
            try await eventually("the connection is lent") { pool.load.lent == 1 }
            let waiter = Task { try await pool.query("select 1") }
            try await eventually("a caller waits") { pool.load.waiting == 1 }
            waiter.cancel()
            let error = await #expect(throws: PostgresError.self) { try await waiter.value }
            #expect(error?.code == .cancelled)
            #expect(pool.load.waiting == 0)
            gate.open()
            try await holder.value
        }
    }

    @Test("Callers that come, wait, are cancelled and fail in any order leave the pool whole", arguments: UInt64(0)..<4)
    func survivesChaos(seed: UInt64) async throws {
        try await IntegrationSpace.required().withPool(limits(2, waiting: 8, acquire: .seconds(2))) { pool in
            await withTaskGroup { group in
                for n in 0..<200 {
                    group.addTask {
                        var generator = SeededGenerator(seed: seed &* 1000 &+ UInt64(n))
                        let choice = Int.random(in: 0..<4, using: &generator)
                        let task = Task {
                            try await pool.withConnection { connection in
                                switch choice {
                                case 0: try await connection.execute("select 1/0")
                                case 1: await connection.close()
                                case 2: try await connection.execute("begin")
                                default: try await connection.execute("select pg_sleep(0.003)")
                                }
                            }
                        }
                        if Bool.random(using: &generator) { task.cancel() }
                        _ = await task.result
                    }
                }
            }
            #expect(pool.load.lent == 0 && pool.load.waiting == 0 && pool.load.idle <= 2, "seed \(seed)")
            let answers = try await withThrowingTaskGroup { group in
                for _ in 0..<2 { group.addTask { try await pool.query("select 1").count } }
                return try await group.reduce(0, +)
            }
            #expect(answers == 2)
        }
    }

    @Test("A transaction that a borrower leaves open is rolled back before the next borrower")
    func cleansUp() async throws {
        try await IntegrationSpace.required().withPool(limits(1)) { pool in
            try await pool.execute("create table t (n int)")
            let first = try await pool.withConnection { connection in
                _ = try await connection.pipeline(["begin", "insert into t values (1)"])
                return try await connection.value("select pg_backend_pid()", as: Int.self)
            }
            let (second, rows) = try await pool.withConnection { connection in
                #expect(connection.health == .idle)
                return (
                    try await connection.value("select pg_backend_pid()", as: Int.self),
                    try await connection.query("select * from t").count
                )
            }
            #expect(first == second)
            #expect(rows == 0)
        }
    }

    @Test("A connection that listens, and one that has ended, are not lent again")
    func replacesSpoiled() async throws {
        try await IntegrationSpace.required().withPool(limits(1)) { pool in
            let first = try await pool.withConnection { connection in
                _ = try await connection.listen("anything")
                return try await connection.value("select pg_backend_pid()", as: Int.self)
            }
            let second = try await pool.withConnection { try await $0.value("select pg_backend_pid()", as: Int32.self) }
            #expect(first != Int(second))
            let other = try await PostgresConnection.connect(IntegrationSpace.required().database)
            try await other.execute("select pg_terminate_backend(\(second))")
            await other.close()
            let third = try await pool.withTransaction {
                try await $0.query("select pg_backend_pid()")[0][0, as: Int32.self]
            }
            #expect(second != third)
        }
    }

    @Test("Connections unused for long are closed, and the pool drains when its task is cancelled")
    func runs() async throws {
        var limits = limits(2)
        limits.idleTimeout = .milliseconds(20)
        let pool = try PostgresPool(IntegrationSpace.required().database, limits: limits)
        let service = Task { await pool.run() }
        try await pool.execute("select 1")
        try await eventually("the idle connection is closed") { pool.load.idle == 0 }
        let gate = Gate()
        let borrower = Task {
            try await pool.withConnection { connection in
                await gate.wait()
                return try await connection.query("select 1").count
            }
        }
        try await eventually("a connection is lent") { pool.load.lent == 1 }
        service.cancel()
        try await eventually("the pool is closed") {
            do {
                try await pool.execute("select 1")
                return false
            } catch let error as PostgresError {
                return error.code == .closed
            }
        }
        gate.open()
        let answer = try await borrower.value
        #expect(answer == 1)
        await service.value
        #expect(pool.load == (0, 0, 0))
    }
}
