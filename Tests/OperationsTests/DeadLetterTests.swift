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
            policyVersion: 1, changedAt: estate.now, origin: estate.crm,
            context: MessageContext(correlation: estate.id()))
    }

    private func letters(_ estate: Estate) throws -> [DeadLetters.Letter] {
        let command = try command(estate)
        let early = estate.now.advanced(bySeconds: -7200)
        return [
            DeadLetters.Letter(
                id: estate.id(), source: .work, connection: estate.fsm, entity: .customer, record: command.record,
                failureClass: .validation, code: "bad_name", failure: "the name is too long", fix: "shorten it",
                attempts: 3, failedAt: early, correlation: command.context.correlation,
                headers: ["generation": "1"], payload: try CommandCoding.encode(command, schema: .current)),
            DeadLetters.Letter(
                id: estate.id(), source: .webhook, connection: estate.crm, failureClass: .undecodable,
                code: "malformed",
                failure: "no JSON", fix: "look", attempts: 1, failedAt: estate.now, payload: Array("Größe=7".utf8)),
        ]
    }

    @Test("They are found by connection, class, entity, words, time, group, id and state")
    func filters() async throws {
        try await Estate.run { estate in
            let letters = try letters(estate)
            try await estate.pool.run(DeadLetters.insert(letters))
            let count: (_ change: (inout DeadLetterQuery) -> Void) async throws -> [String?] = { change in
                var query = DeadLetterQuery()
                change(&query)
                return try await operations(estate).list(query, limit: 9).map { $0.json["code"].string }
            }
            #expect(try await count { _ in } == ["malformed", "bad_name"])
            #expect(try await count { $0.connection = estate.fsm } == ["bad_name"])
            #expect(try await count { $0.failureClass = "undecodable" } == ["malformed"])
            #expect(try await count { $0.entity = .customer } == ["bad_name"])
            #expect(try await count { $0.text = "TOO LONG" } == ["bad_name"])
            #expect(try await count { $0.text = "Größe" } == ["malformed"])
            #expect(try await count { $0.text = letters[0].cause.key } == ["bad_name"])
            #expect(try await count { $0.group = letters[0].cause.key } == ["bad_name"])
            #expect(try await count { $0.ids = [letters[1].id] } == ["malformed"])
            #expect(try await count { $0.since = estate.now.advanced(bySeconds: -60) } == ["malformed"])
            #expect(try await count { $0.until = estate.now.advanced(bySeconds: -60) } == ["bad_name"])
            #expect(try await operations(estate).list(DeadLetterQuery(), limit: 1).count == 1)
            await #expect(throws: OperationFailure.self) { _ = try await count { $0.failureClass = "bad luck" } }
            try await estate.pool.execute(
                "update dead_letter set state = 'archived', closed_at = now() where code = 'malformed'")
            #expect(try await count { _ in } == ["bad_name"])
            #expect(try await count { $0.states = [] }.count == 2)
            #expect(try await count { $0.states = ["archived"] } == ["malformed"])
            await #expect(throws: OperationFailure.self) { _ = try await count { $0.states = ["lost"] } }
        }
    }

    @Test("R17.7: a hundred letters of one cause are one line, with how many, since when, and what to do")
    func groups() async throws {
        try await Estate.run { estate in
            let template = try letters(estate)
            let many = (0..<100).map { number in
                var letter = template[0]
                letter.id = estate.id()
                letter.record = estate.id()
                letter.failure = "the name \"N\(number)\" has \(number) characters too many"
                letter.failedAt = estate.now.advanced(bySeconds: -Int64(number))
                return letter
            }
            try await estate.pool.run(DeadLetters.insert(many + [template[1]]))
            let groups = try await operations(estate).groups(DeadLetterQuery(), limit: 9)
            let json = groups.json
            #expect(json[0]["letters"].int == 100 && json[0]["records"].int == 100 && json[1]["letters"].int == 1)
            #expect(json[0]["cause"].string == "the name … has … characters too many")
            #expect(json[0]["fix"].string == "shorten it")
            #expect(groups.text.contains("100") && groups.csv.split(separator: "\r\n").count == 3)
            let tally = try await operations(estate).count(DeadLetterQuery())
            #expect(tally.total == 101 && tally.json["counts"][0]["letters"].int == 100)
            var query = DeadLetterQuery()
            query.group = json[0]["group"].string
            #expect(try await operations(estate).count(query).total == 100)
            var exported: [DeadLetterReport] = []
            try await operations(estate).export(DeadLetterQuery()) { exported += $0 }
            #expect(Set(exported.map(\.id)) == Set((many + [template[1]]).map(\.id)))
            #expect(exported.allSatisfy { $0.cells.count == DeadLetterReport.columns.count })
        }
    }

    @Test("A letter is put aside for a reason and brought back; money stays open unless it is named")
    func archive() async throws {
        try await Estate.run { estate in
            var letters = try letters(estate)
            letters[1].source = .read
            letters[1].native = NativeReference(type: "customer", id: "9")
            var bill = letters[0]
            bill.id = estate.id()
            bill.entity = .invoice
            bill.record = estate.id()
            try await estate.pool.run(DeadLetters.insert(letters + [bill]))
            let operations = operations(estate)
            let first = try await operations.archive(DeadLetterQuery(), money: false, by: "ada", reason: "a test")
            #expect(first.count == 2 && first.money == 1)
            #expect(try await operations.list(DeadLetterQuery(), limit: 9).map(\.id) == [bill.id])
            let shown = try #require(try await operations.show(letters[0].id, unredacted: nil))
            #expect(shown.json["closed_by"].string == "ada" && shown.json["closing"].string == "a test")
            #expect(try await operations.archive(DeadLetterQuery(), money: true, by: "ada", reason: "x").count == 1)

            // The same fails again: the archived letter stays what it is.
            var again = letters[0]
            again.id = estate.id()
            try await estate.pool.run(DeadLetters.insert([again]))
            let back = try await operations.restore(DeadLetterQuery(), by: "bob", reason: "too early")
            #expect(back.count == 2 && back.taken == 1)
            #expect(try await operations.count(DeadLetterQuery()).total == 3)
            let audit = try await estate.pool.query(
                "select actor from audit where kind = 'operated' order by actor")
            #expect(try audit.map { try $0[0, as: String.self] } == ["ada", "ada", "ada", "bob", "bob"])
        }
    }

    @Test("R18.6: a payload is shown without protected values; as it is only on demand, and the look is audited")
    func redaction() async throws {
        try await Estate.run { estate in
            let letters = try letters(estate)
            try await estate.pool.run(DeadLetters.insert(letters))
            let shown = try #require(try await operations(estate).show(letters[0].id, unredacted: nil))
            let desired = shown.json["payload"]["data"]["desired"]
            #expect(desired["name"]["value"].string == "[personal]")
            #expect(shown.json["payload"]["origin"].string == estate.crm.name)
            #expect(desired["name"]["only_if"].isNull)
            #expect(desired["kind"]["value"].string == "company")
            #expect(!shown.text.contains("Miller") && shown.text.contains("shorten it"))
            let foreign = try #require(try await operations(estate).show(letters[1].id, unredacted: nil))
            #expect(foreign.json["payload"].string?.hasPrefix("[withheld") == true)
            #expect(
                try await estate.pool.query("select 1 from audit where kind = 'operated' and actor = 'ada'").isEmpty)

            let whole = try #require(try await operations(estate).show(letters[0].id, unredacted: "ada"))
            #expect(whole.json["payload"]["data"]["desired"]["name"]["value"].string == "Ada Miller")
            #expect(
                try await estate.pool.query("select 1 from audit where kind = 'operated' and actor = 'ada'").count == 1)
            #expect(try await operations(estate).show(estate.id(), unredacted: "ada") == nil)
        }
    }
}
