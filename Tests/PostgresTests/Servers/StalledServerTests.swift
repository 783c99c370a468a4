import Foundation
import Testing

@testable import Postgres

@Suite("A server that does not answer", .timeLimit(.minutes(2)))
struct StalledServerTests {
    private func configuration(_ port: UInt16) -> PostgresConfiguration {
        var configuration = PostgresConfiguration(host: "127.0.0.1", user: "nobody", database: "nothing")
        configuration.port = port
        return configuration
    }

    @Test("Connecting to a listener that is silent ends by the deadline")
    func connectingEnds() async throws {
        let listener = try SilentListener()
        let start = ContinuousClock.now
        let error = await #expect(throws: PostgresError.self) {
            try await PostgresConnection.connect(configuration(listener.port), timeout: .milliseconds(200))
        }
        #expect(error?.code == .timedOut)
        #expect(.now - start < .seconds(5))
        #expect(error?.operation?.contains("127.0.0.1") == true)
    }

    @Test("Connecting to a listener that is silent ends when the task is cancelled")
    func connectingIsCancelled() async throws {
        let listener = try SilentListener()
        let configuration = configuration(listener.port)
        let task = Task { try await PostgresConnection.connect(configuration, timeout: .seconds(50)) }
        task.cancel()
        let error = await #expect(throws: PostgresError.self) { try await task.value }
        #expect(error?.code == .cancelled)
    }

    @Test("A pool in front of a silent listener, or of nothing, gives up by its deadline")
    func poolGivesUp() async throws {
        let listener = try SilentListener()
        var limits = PostgresPool.Limits()
        limits.acquireTimeout = .milliseconds(300)
        let silent = PostgresPool(configuration(listener.port), limits: limits)
        let late = await #expect(throws: PostgresError.self) { try await silent.query("select 1") }
        #expect(late?.code == .timedOut)
        var nowhere = configuration(1)
        nowhere.host = "/nowhere"
        let refused = await #expect(throws: PostgresError.self) {
            try await PostgresPool(nowhere, limits: limits).query("select 1")
        }
        #expect(refused?.code == .connectionFailed)
        #expect(refused?.message.contains("/nowhere") == true)
    }

    @Test(
        "A statement at a server that has stopped ends by deadline and grace, and the connection is dropped",
        .enabled(if: PrivatePostgres.isAvailable, "the server's programs are not installed"), arguments: [false, true])
    func statementEnds(wholeServer: Bool) async throws {
        try await PrivatePostgres.with { server in
            var configuration = server.configuration
            configuration.cancelGrace = .milliseconds(200)
            let connection = try await PostgresConnection.connect(configuration)
            let backend = try await connection.value("select pg_backend_pid()", as: Int32.self)
            let stopped = wholeServer ? [backend, try server.postmaster()] : [backend]
            for pid in stopped { try #require(kill(pid, SIGSTOP) == 0) }
            defer { for pid in stopped { kill(pid, SIGCONT) } }
            let start = ContinuousClock.now
            let error = await #expect(throws: PostgresError.self) {
                try await connection.query("select 1", timeout: .milliseconds(200))
            }
            #expect(error?.code == .timedOut)
            #expect(error?.message.contains("dropped") == true)
            #expect(.now - start < .seconds(5))
            #expect(connection.health == .closed)
            let next = await #expect(throws: PostgresError.self) { try await connection.query("select 1") }
            #expect(next?.code == .closed)
        }
    }
}
