import CanonicalModel
import IntegrationSupport
import Operations
import Postgres
import StoreSupport
import SyncCore
import SyncStore
import Testing

@Suite("Dead letters", .database)
struct DeadLetterTests {
    private func operations(_ estate: Estate) -> DeadLetterOperations {
        let now = estate.now
        return DeadLetterOperations(estate.pool) { now }
    }

    private func command(_ estate: Estate) throws -> SyncCommand {
        SyncCommand(
            id: estate.id(), connection: estate.fsm, entity: .customer, verb: .upsert, record: estate.id(), version: 1,
            desired: [
                "name": .init(.set(.text("Ada Miller")), onlyIf: .clear), "kind": .init(.set(.choice("company"))),
            ],
            policyVersion: 1, changedAt: estate.now, context: MessageContext(correlation: estate.id()))
    }

    private func letters(_ estate: Estate) throws -> [DeadLetters.Letter] {
        let command = try command(estate)
        let early = estate.now.advanced(bySeconds: -7200)
        return [
            DeadLetters.Letter(
                id: estate.id(), source: .work, connection: estate.fsm, entity: .customer, record: command.record,
                failureClass: .validation, code: "bad_name", failure: "the name is too long", fix: "shorten it",
                attempts: 3, failedAt: early, correlation: command.context.correlation,
                headers: ["generation": "1"], payload: try CommandCoding.encode(command)),
            DeadLetters.Letter(
                id: estate.id(), source: .webhook, connection: estate.crm, failureClass: .undecodable,
                code: "malformed",
                failure: "no JSON", fix: "look", attempts: 1, failedAt: estate.now, payload: Array("Größe=7".utf8)),
        ]
    }

    @Test("They are found by connection, class, entity, words and time")
    func filters() async throws {
        try await Estate.run { estate in
            try await estate.pool.run(DeadLetters.insert(letters(estate)))
            let count: (_ change: (inout DeadLetterOperations.Query) -> Void) async throws -> [String?] = { change in
                var query = DeadLetterOperations.Query()
                change(&query)
                return try await operations(estate).list(query).map { $0.json["code"].string }
            }
            #expect(try await count { _ in } == ["malformed", "bad_name"])
            #expect(try await count { $0.connection = estate.fsm } == ["bad_name"])
            #expect(try await count { $0.failureClass = "undecodable" } == ["malformed"])
            #expect(try await count { $0.entity = .customer } == ["bad_name"])
            #expect(try await count { $0.text = "TOO LONG" } == ["bad_name"])
            #expect(try await count { $0.text = "Größe" } == ["malformed"])
            #expect(try await count { $0.since = estate.now.advanced(bySeconds: -60) } == ["malformed"])
            #expect(try await count { $0.until = estate.now.advanced(bySeconds: -60) } == ["bad_name"])
            #expect(try await count { $0.limit = 1 } == ["malformed"])
            await #expect(throws: OperationFailure.self) { _ = try await count { $0.failureClass = "bad luck" } }
            try await estate.pool.execute("update dead_letter set state = 'archived' where code = 'malformed'")
            #expect(try await count { _ in } == ["bad_name"])
            #expect(try await count { $0.all = true }.count == 2)
        }
    }

    @Test("R18.6: a payload is shown without protected values; as it is only on demand, and the look is audited")
    func redaction() async throws {
        try await Estate.run { estate in
            let letters = try letters(estate)
            try await estate.pool.run(DeadLetters.insert(letters))
            let shown = try #require(try await operations(estate).show(letters[0].id, unredacted: false, by: "ada"))
            let desired = shown.json["payload"]["data"]["desired"]
            #expect(desired["name"]["value"].string == "[personal]")
            #expect(desired["name"]["only_if"].isNull)
            #expect(desired["kind"]["value"].string == "company")
            #expect(!shown.text.contains("Miller") && shown.text.contains("shorten it"))
            let foreign = try #require(try await operations(estate).show(letters[1].id, unredacted: false, by: "ada"))
            #expect(foreign.json["payload"].string?.hasPrefix("[withheld") == true)
            #expect(
                try await estate.pool.query("select 1 from audit where kind = 'operated' and actor = 'ada'").isEmpty)

            let whole = try #require(try await operations(estate).show(letters[0].id, unredacted: true, by: "ada"))
            #expect(whole.json["payload"]["data"]["desired"]["name"]["value"].string == "Ada Miller")
            #expect(
                try await estate.pool.query("select 1 from audit where kind = 'operated' and actor = 'ada'").count == 1)
            #expect(try await operations(estate).show(estate.id(), unredacted: true, by: "ada") == nil)
        }
    }
}
