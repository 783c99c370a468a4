import Postgres
import Testing

@Suite(
    "A server that goes away", .enabled(if: PrivatePostgres.isAvailable, "the server's programs are not installed"),
    .timeLimit(.minutes(2)))
struct RestartTests {
    @Test("The pool finds the server again after a crash, and callers meanwhile wait or fail clearly")
    func reconnects() async throws {
        try await PrivatePostgres.with { server in
            var limits = PostgresPool.Limits()
            limits.connections = 2
            limits.acquireTimeout = .milliseconds(400)
            let impatient = PostgresPool(server.configuration, limits: limits)
            limits.acquireTimeout = .seconds(30)
            let patient = PostgresPool(server.configuration, limits: limits)
            try await patient.execute("create table t (n int)")
            // Idle connections of before the crash must not be taken for living ones.
            try await eventually("a connection is idle") {
                _ = try await impatient.query("select 1")
                return impatient.load.idle > 0
            }
            try await server.crash()
            let down = await #expect(throws: PostgresError.self) { try await impatient.query("select 1") }
            #expect([.connectionFailed, .connectionLost].contains(down?.code))
            let waiting = Task {
                try await patient.withTransaction { try await $0.execute("insert into t values (1)") }
            }
            let second = Task { try await patient.withTransaction { try await $0.execute("insert into t values (2)") } }
            try await server.start()
            let counts = (try await waiting.value, try await second.value)
            #expect(counts == (1, 1))
            let rows = try await patient.query("select n from t")
            #expect(rows.count == 2)
            await patient.close()
            await impatient.close()
        }
    }

    @Test("A listener learns that its session ended with the server")
    func endsListening() async throws {
        try await PrivatePostgres.with { server in
            let connection = try await PostgresConnection.connect(server.configuration)
            let wakeups = try await connection.listen("anything")
            try await server.crash()
            for await _ in wakeups {}
            #expect(connection.health == .closed)
        }
    }
}
