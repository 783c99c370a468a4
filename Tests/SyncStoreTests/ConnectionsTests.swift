import CanonicalModel
import IntegrationSupport
import Postgres
import SyncCore
import SyncStore
import Testing

@Suite("Connections", .database)
struct ConnectionsTests {
    @Test("A new declaration leaves alone what a connection is doing; an unknown one cannot be paused")
    func declaring() async throws {
        try await withStore { pool in
            let declared = try await declare("crm", pool)
            try await pool.run(Connections.pause("crm", true))
            try await pool.run(Circuits.failed("crm", .writing, failure, settings: settings))
            try await pool.run(Connections.declare(declared))
            let all = try await pool.run(Connections.all)
            #expect(all.count == 1)
            #expect(all[0].health.isPaused && all[0].health.writing.failures == 1)
            #expect(try await pool.run(Circuits.mayCall("crm", .writing)) == false)
            await #expect { try await pool.run(Connections.pause("nobody", true)) } throws: {
                ($0 as? StoreError)?.code == .notFound
            }
        }
    }

    @Test("A circuit opens after enough failures, for longer with each probe that fails, and closes with an answer")
    func circuit() async throws {
        try await withStore { pool in
            _ = try await declare("crm", pool)
            func fail(isProbe: Bool) async throws -> Circuits.State {
                try await pool.run(
                    Circuits.failed("crm", .writing, failure, isProbe: isProbe, settings: settings))
                return try await state("crm", pool)
            }
            #expect(try await fail(isProbe: false).isClosed)
            let opened = try await fail(isProbe: false)
            #expect(opened.failures == 2 && !opened.isClosed && opened.failure == "503" && opened.fix == "wait")
            #expect(try await pool.run(Circuits.mayCall("crm", .writing)) == false)
            // Calls that were on their way at that moment say nothing new.
            #expect(try await fail(isProbe: false) == opened)
            let longer = try await fail(isProbe: true)
            let now = try await pool.query("select clock_timestamp()")[0][0, as: Instant.self]
            #expect((55...60).contains(try #require(opened.openUntil).seconds(since: now)))
            #expect((85...90).contains(try #require(longer.openUntil).seconds(since: now)))
            #expect(longer.openedAt == opened.openedAt)
            try await pool.run(Circuits.answered("crm", .writing))
            let closed = try await state("crm", pool)
            #expect(closed.isClosed && closed.failures == 0 && closed.failure == "503" && closed.succeededAt != nil)
            #expect(try await pool.run(Circuits.mayCall("crm", .writing)))
        }
    }

    @Test("Only an answer closes a circuit, whatever fails after what has opened it")
    func staysOpen() async throws {
        try await withStore { pool in
            _ = try await declare("crm", pool)
            let refused = Circuits.Failure(.authentication, text: "401", fix: "connect")
            try await pool.run(
                Circuits.failed("crm", .writing, refused, settings: .standard(for: .authentication)))
            let opened = try await state("crm", pool)
            try await pool.run(
                Circuits.failed("crm", .writing, failure, isProbe: true, settings: .standard(for: .transient)))
            let after = try await state("crm", pool)
            #expect(opened.openedAt != nil && after.openedAt == opened.openedAt && after.failure == "503")
            #expect(try await pool.run(Circuits.mayCall("crm", .writing)) == false)
            try await pool.run(Circuits.answered("crm", .writing))
            let closed = try await state("crm", pool)
            #expect(closed.isClosed)
        }
    }

    @Test("Reading and writing fail apart, and each connection by itself")
    func apart() async throws {
        try await withStore { pool in
            for connection in ["crm", "fsm"] as [ConnectionID] { _ = try await declare(connection, pool) }
            let now = Circuits.Settings(threshold: 1, pause: .seconds(60), ceiling: .seconds(60))
            try await pool.run(Circuits.failed("crm", .writing, failure, settings: now))
            #expect(try await pool.run(Circuits.mayCall("crm", .writing)) == false)
            #expect(try await pool.run(Circuits.mayCall("crm", .reading)))
            #expect(try await pool.run(Circuits.mayCall("fsm", .writing)))
            try await pool.run(Circuits.answered("crm", .reading))
            #expect(try await pool.run(Circuits.mayCall("crm", .writing)) == false)
        }
    }

    @Test("What waits after a failure of the connection is due as soon as it answers; other waits stay (R25.12)")
    func hastening() async throws {
        try await withStore { pool in
            _ = try await declare("fsm", pool)
            var sample = Sample()
            let classes: [FailureClass] = [.transient, .unknownOutcome, .stale]
            _ = try await pool.run(WorkTable.accept(classes.map { _ in sample.command(sample.newID(), version: 1) }))
            let claims = try await pool.run(WorkTable.take())
            _ = try await pool.run(
                WorkTable.settle(
                    zip(claims, classes).map { claim, failure in
                        WorkResult(
                            claim.version, .retry(after: .seconds(600), .init(failure, code: "c", text: "t")))
                    }))
            try await pool.run(Lanes.release(claims.map(\.lane)))
            try await pool.run(Circuits.answered("fsm", .writing))
            #expect(try await pool.run(WorkTable.take()).isEmpty, "nothing had failed")
            try await pool.run(Circuits.failed("fsm", .writing, failure, settings: settings))
            try await pool.run(Circuits.answered("fsm", .writing))
            #expect(try await pool.run(WorkTable.take()).count == 2)
        }
    }

    @Test("Of several who would probe at once, one does; the others wait for what it finds")
    func oneProbe() async throws {
        try await withStore { pool in
            _ = try await declare("fsm", pool)
            var sample = Sample()
            _ = try await pool.run(WorkTable.accept((0..<8).map { _ in sample.command(sample.newID(), version: 1) }))
            let now = Circuits.Settings(threshold: 1, pause: .zero, ceiling: .zero)
            try await pool.run(Circuits.failed("fsm", .writing, failure, settings: now))
            let probes = try await withThrowingTaskGroup(of: [ClaimedWork].self) { group in
                for replica in 0..<4 { group.addTask { try await pool.run(WorkTable.take(by: "\(replica)")) } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(probes.count == 1 && probes[0].isProbe)
            try await pool.run(Circuits.untested("fsm", .writing))
            let next = try await pool.run(WorkTable.take())
            #expect(next.count == 1 && next[0].isProbe)
            try await pool.run(Circuits.answered("fsm", .writing))
            let rest = try await pool.run(WorkTable.take())
            #expect(rest.count == 6 && rest.allSatisfy { !$0.isProbe })
        }
    }

    private let failure = Circuits.Failure(.transient, text: "503", fix: "wait")
    private let settings = Circuits.Settings(threshold: 2, pause: .seconds(60), ceiling: .seconds(90))

    private func declare(_ connection: ConnectionID, _ pool: PostgresPool) async throws -> Connections.Declared {
        let declared = Connections.Declared(
            capabilities: ConnectionCapabilities(connection: connection, role: .crm, entities: []), vendor: "v",
            account: "a", baseURL: "https://api.example")
        try await pool.run(Connections.declare(declared))
        return declared
    }

    private func state(_ connection: ConnectionID, _ pool: PostgresPool) async throws -> Circuits.State {
        let all = try await pool.run(Connections.all)
        return try #require(all.first { $0.capabilities.connection == connection }).health.writing
    }
}
