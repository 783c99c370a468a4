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
            #expect(text.contains("NOBODY HAS LOOKED YET whether anything is wrong; is the reconciler running?"))
            #expect(text.contains("no flow is known"))
            #expect(text.contains("Dead letters: none"))
            #expect(text.contains("never sealed"))
        }
    }

    /// Raises alerts as the reconciler would.
    private func raise(_ alerts: [(AlertKind, String, group: String, AlertSeverity, age: Int64)], _ estate: Estate)
        async throws
    {
        let board = LoopBoard()
        board.register(Alerts.loop, every: .seconds(10))
        try await estate.pool.run([
            LoopProgress.note(board.news()),
            Alerts.save(
                alerts.map { kind, subject, group, severity, age in
                    let since = estate.now.advanced(bySeconds: -age)
                    return Alert(
                        id: estate.id(),
                        AlertCondition(
                            .init(kind, subject), group: group, severity: severity, since: since,
                            cause: "\(subject) is broken", advice: "mend \(subject)"),
                        seenAt: since, lastSeenAt: estate.now, raisedAt: since, sequence: 1)
                }),
        ])
    }

    @Test("The status leads with what is wrong, since when and what to do; what has one root stands together")
    func wrong() async throws {
        try await Estate.run { estate in
            try await raise([], estate)
            let calm = try await StatusOperations(estate.pool).report()
            #expect(calm.text.contains("Nothing is wrong (judged 0 s ago)") && calm.alerts.isWell)
            try await raise(
                [
                    (.deadLetters, "g", group: "dead letters", .warning, age: 9000),
                    (.freshness, "a > b", group: "connection b", .critical, age: 100),
                    (.circuit, "b writing", group: "connection b", .warning, age: 200),
                ], estate)
            let report = try await StatusOperations(estate.pool).report()
            let lines = report.text.split(separator: "\n").map(String.init)
            let start = try #require(lines.firstIndex { $0.hasPrefix("2 things are wrong (judged ") })
            #expect(start == 1)
            #expect(lines[2].hasPrefix("CRITICAL, circuit, for 3 min 20 s (since "))
            #expect(
                lines[3...5] == ["  b writing is broken", "  → mend b writing", "  · for 1 min 40 s: a > b is broken"])
            #expect(lines[6].hasPrefix("Warning, dead letters, for 2 h 30 min"))
            #expect(!report.alerts.isWell)
            #expect(report.json["alerts"]["alerts"].array?.count == 3)
            let all = try await AlertOperations(estate.pool).report(past: true)
            #expect(all.listing.contains("raised  critical  freshness"))
        }
    }

    @Test("Where nobody judges any more, that stands first, and nothing is said to be well")
    func unjudged() async throws {
        try await Estate.run { estate in
            try await raise([], estate)
            try await estate.pool.execute("update loop_progress set done_at = done_at - interval '3 minutes'")
            let report = try await StatusOperations(estate.pool).report()
            #expect(report.text.contains("NOBODY LOOKS: whether anything is wrong was judged 3 min ago."))
            #expect(!report.text.contains("Nothing is wrong") && !report.alerts.isWell)
        }
    }

    @Test(
        "A connection that a person pauses says so, with who and why in the audit log; one that is not there cannot be")
    func paused() async throws {
        try await Estate.run { estate in
            let connections = ConnectionOperations(estate.pool)
            try await connections.pause(estate.fsm, true, by: "ada", reason: "the vendor moves", at: estate.now)
            #expect(try await connections.list().filter(\.isPaused).map(\.id) == [estate.fsm])
            try await connections.pause(estate.fsm, false, by: "ada", reason: "it has moved", at: estate.now)
            #expect(try await connections.list().allSatisfy { !$0.isPaused })
            let entries = try await estate.pool.query(
                "select convert_from(body, 'UTF8') from audit where kind = 'operated' and actor = 'ada' order by id")
            #expect(entries.count == 2)
            #expect(try entries.contains { try $0[0, as: String.self].contains("the vendor moves") })
            await #expect(throws: OperationFailure.self) {
                try await connections.pause(ConnectionID("nobody"), true, by: "ada", reason: "x", at: estate.now)
            }
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
