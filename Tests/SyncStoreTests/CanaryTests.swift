import CanonicalModel
import IntegrationSupport
import Postgres
import StoreSupport
import SyncStore
import Testing

@Suite("Probes of the ways that changes take", .database)
struct CanaryTests {
    @Test("A probe of a time that a restored database has lost counts for nothing, and those after it arrive (R17.7)")
    func restored() async throws {
        try await Estate.run { estate in
            try await estate.pool.run([Canary.declare([.init(from: estate.crm, to: estate.fsm)])])
            func waits() async throws -> Bool {
                try await estate.pool.run(Canary.all).contains { $0.waitingSince != nil }
            }
            let first = try #require(try await estate.pool.run(Canary.send(from: estate.crm)))
            try await estate.pool.run([Canary.arrive([first], at: estate.fsm)])
            let later = CanaryProbe(source: estate.crm, sentAt: first.sentAt, numbers: [estate.fsm: 9])
            try await estate.pool.run([Canary.arrive([later], at: estate.fsm)])
            let second = try #require(try await estate.pool.run(Canary.send(from: estate.crm)))
            #expect(try await waits())
            try await estate.pool.run([Canary.arrive([second], at: estate.fsm)])
            #expect(try await !waits())
        }
    }
}
