import CanonicalModel
import IntegrationSupport
import Operations
import Postgres
import StoreSupport
import SyncCore
import SyncStore
import Testing

@Suite("The status", .database)
struct StatusTests {
    @Test("A database of another version is told as such, and nothing else is read")
    func otherSchema() async throws {
        try await IntegrationSpace.required().withPool { pool in
            let error = await #expect(throws: OperationFailure.self) { _ = try await StatusOperations(pool).report() }
            #expect(error?.description.contains("create_messages") == true)
        }
    }

    @Test("An estate in which nothing happens has a status that says so")
    func quiet() async throws {
        try await Estate.run { estate in
            let text = try await StatusOperations(estate.pool).report().text
            #expect(text.contains("no flow is known"))
            #expect(text.contains("Dead letters: none"))
            #expect(text.contains("never sealed"))
        }
    }

    @Test("Everything that is open stands in the status, in words and as JSON")
    func busy() async throws {
        try await Estate.run { estate in
            let pool = estate.pool
            let changedAt = Instant(microseconds: estate.now.microseconds - 7_500_000_000)
            let (event, message) = try estate.event(changedAt: changedAt)
            try await pool.run(MessageTable.insert([message], lease: .seconds(60)))
            let (command, _) = try estate.command(to: estate.fsm, causedBy: event)
            _ = try await pool.run(WorkTable.accept([command]))
            try await pool.run(
                DirtyTable.mark([
                    .init(
                        NativeReference(type: "job", id: "1"), in: estate.ledger, correlation: estate.id(),
                        hintedAt: changedAt)
                ]))
            try await pool.run(
                DeadLetters.insert([
                    DeadLetters.Letter(
                        id: estate.id(), source: .read, failureClass: .rateLimited, code: "429", failure: "x",
                        fix: "y", attempts: 1, failedAt: changedAt, payload: [])
                ]))
            let flow = Flow(entity: .customer, from: estate.crm, to: estate.fsm)
            _ = try await pool.run(
                Freshness.measure(
                    [flow], connections: estate.capabilities, events: "router.events",
                    floor: CanonicalID(high: 0, low: 0)))
            let report = try await StatusOperations(pool).report()
            let lines = report.text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
            #expect(lines.contains { $0.hasPrefix("customer crm-main fsm-main 2 2 h 5 min") })
            #expect(lines.contains { $0.hasPrefix("router.events 1 0") })
            #expect(lines.contains { $0.hasPrefix("fsm-main 1 ") })
            #expect(lines.contains { $0.hasPrefix("ledger-main 0 - 0 0 0 0 1 2 h 5 min") })
            #expect(lines.contains { $0.hasPrefix("rate_limited 1 2 h 5 min") })
            let json = report.json
            #expect(json["flows"][0]["unsynced_changes"].int == 2)
            #expect(json["flows"][0]["oldest_change_at"].string == changedAt.description)
            #expect(json["work"].array?.count == 3)
            #expect(json["dead_letters"][0]["class"].string == "rate_limited")
            #expect(json["schema"]["fault"].isNull)
        }
    }
}
