import CanonicalModel
import IntegrationSupport
import Operations
import Postgres
import StoreSupport
import SyncCore
import SyncStore
import Testing

@Suite("Previews and edits of dead letters", .database)
struct PreviewTests {
    /// A letter of work that was given up, its record and what the system shows of it.
    private struct Given {
        var letter: DeadLetters.Letter
        var command: SyncCommand
    }

    private func operations(_ estate: Estate) -> DeadLetterOperations {
        let now = estate.now
        return DeadLetterOperations(estate.pool) { now }
    }

    private func give(
        _ estate: Estate, _ desired: [FieldName: SyncCommand.Desired], shown: Patch?, mayCreate: Bool = true,
        entity: EntityKind = .customer
    ) async throws -> Given {
        let record = estate.id()
        let command = SyncCommand(
            id: estate.id(), connection: estate.fsm, entity: entity, verb: .upsert, record: record, version: 3,
            desired: desired, mayCreate: mayCreate, policyVersion: 1, changedAt: estate.now,
            context: MessageContext(correlation: estate.id()))
        let body = try CommandCoding.encode(command, schema: .current)
        let letter = DeadLetters.Letter(
            id: estate.id(), source: .work, message: command.id, connection: estate.fsm, entity: entity,
            record: record, failureClass: .validation, code: "bad", failure: "refused", fix: "mend it", attempts: 1,
            failedAt: estate.now, payload: body)
        _ = try await estate.pool.run(WorkTable.accept([ReceivedCommand(command, body: body)]))
        let place = Place(record: record, connection: estate.fsm, entity: entity)
        let version = ClaimedWork.Version(place: place, version: 3, command: command.id, generation: 1)
        _ = try await estate.pool.run(
            WorkTable.settle([WorkResult(version, .dead(.init(.validation, code: "bad", text: "refused")))]))
        try await estate.pool.run(DeadLetters.insert([letter]))
        if let shown {
            let native = NativeReference(type: entity.rawValue, id: record.description)
            let key = LinkKey(connection: estate.fsm, native: native, entity: entity)
            _ = try await estate.pool.run(IdentityMap.insert([Link(id: estate.id(), key, record: record)]))
            _ = try await estate.pool.run(
                try Shadows.save([
                    .init(key, Shadow(fields: shown, externalID: record, readAt: estate.now))
                ]))
        }
        return Given(letter: letter, command: command)
    }

    /// The previews, by letter.
    private func previews(_ estate: Estate, unredacted: String? = nil) async throws -> [String: JSONValue] {
        let json = try await operations(estate).preview(DeadLetterQuery(), limit: 100, unredacted: unredacted).json
        return (json["letters"].array ?? []).reduce(into: [:]) { $0[$1["id"].string ?? ""] = $1["preview"] }
    }

    @Test("Each letter says what a replay would send field by field, what is there already, and what is superseded")
    func work() async throws {
        try await Estate.run { estate in
            let wanted: [FieldName: SyncCommand.Desired] = [
                "name": .init(.set(.text("Miller"))), "kind": .init(.set(.choice("company"))),
                "status": .init(.set(.choice("active")), onlyIf: .set(.choice("lead"))),
            ]
            let sends = try await give(
                estate, wanted,
                shown: [
                    "name": .set(.text("Smith")), "kind": .set(.choice("person")), "status": .set(.choice("inactive")),
                ])
            let applied = try await give(
                estate, ["kind": wanted["kind"] ?? .init(.clear)], shown: ["kind": .set(.choice("company"))])
            let creates = try await give(estate, wanted, shown: nil)
            let never = try await give(estate, wanted, shown: nil, mayCreate: false)
            let waits = try await give(
                estate, ["customer": .init(.set(.reference(.canonical(estate.id()))))], shown: nil, entity: .job)
            let newer = try await give(estate, wanted, shown: ["kind": .set(.choice("person"))])
            var next = newer.command
            next.id = estate.id()
            next.version = 4
            next.desired = ["kind": .init(.set(.choice("company")))]
            _ = try await estate.pool.run(
                WorkTable.accept([ReceivedCommand(next, body: try CommandCoding.encode(next, schema: .current))]))
            let underWay = try await previews(estate)
            #expect(underWay[newer.letter.id.description]?["verdict"].string == "under_way")
            try await estate.pool.execute("update work set state = 'dead'")

            let shown = try await previews(estate)
            func verdict(_ given: Given) -> String? { shown[given.letter.id.description]?["verdict"].string }
            #expect(verdict(sends) == "sends" && verdict(applied) == "already_applied" && verdict(creates) == "creates")
            #expect(verdict(never) == "impossible" && verdict(waits) == "impossible" && verdict(newer) == "superseded")
            let preview = try #require(shown[sends.letter.id.description])
            #expect(preview["changes"][0]["field"].string == "kind")
            #expect(preview["changes"][0]["shown"].string == "\"person\"")
            #expect(preview["changes"][0]["wanted"].string == "\"company\"")
            #expect(preview["changes"][1]["wanted"].string == "[personal]")
            #expect(preview["words"].string?.contains("status") == true, "a newer value there stays")
            #expect(shown[newer.letter.id.description]?["changes"][0]["field"].string == "kind")
            #expect(
                shown[newer.letter.id.description]?["changes"].array?.count == 1, "the newest state is what is sent")
            #expect(shown[waits.letter.id.description]?["words"].string?.contains("customer") == true)
            let whole = try await previews(estate, unredacted: "ada")
            #expect(whole[sends.letter.id.description]?["changes"][1]["wanted"].string == "\"Miller\"")

            let all = try await operations(estate).preview(DeadLetterQuery(), limit: 4)
            #expect(!all.isWhole && all.total == 4 && all.text.contains("there are more"))
            #expect(all.csv.hasPrefix("\"letter\""))
        }
    }

    @Test(
        "An event says what of it the record has, has newer, or may take; what cannot be read says why it would fail again"
    )
    func events() async throws {
        try await Estate.run { estate in
            let early = estate.now.advanced(bySeconds: -3600)
            let (event, message) = try estate.event(changedAt: early)
            let record = RecordState(
                id: estate.id(), entity: .customer, version: 1,
                fields: [
                    "name": FieldState(
                        value: .text("Smith"),
                        provenance: Provenance(
                            source: .connection(estate.crm, .crm), changedAt: estate.now, event: estate.id()))
                ])
            try await estate.pool.run([try Records.insert([record])])
            _ = try await estate.pool.run(
                IdentityMap.insert([
                    Link(
                        id: estate.id(),
                        LinkKey(connection: event.connection, native: event.native, entity: .customer),
                        record: record.id)
                ]))
            let letter: (String, StoredMessage, [UInt8]) -> DeadLetters.Letter = { code, message, payload in
                DeadLetters.Letter(
                    id: estate.id(), source: .event, queue: message.queue, message: estate.id(),
                    failureClass: .validation,
                    code: code, failure: "no", fix: "mend it", attempts: 1, failedAt: estate.now, payload: payload)
            }
            let letters = [
                letter("old", message, message.body), letter("bad", message, Array("{".utf8)),
                letter("new", message, try estate.event(changedAt: estate.now.advanced(bySeconds: 5)).message.body),
            ]
            try await estate.pool.run(DeadLetters.insert(letters))
            let shown = try await previews(estate)
            #expect(shown[letters[0].id.description]?["verdict"].string == "superseded")
            #expect(shown[letters[1].id.description]?["verdict"].string == "impossible")
            #expect(shown[letters[1].id.description]?["words"].string?.contains("fail again") == true)
            #expect(shown[letters[2].id.description]?["verdict"].string == "routes")
            #expect(shown[letters[2].id.description]?["changes"][0]["field"].string == "name")
        }
    }

    private func patch(_ set: [String] = [], clear: [String] = [], remove: [String] = []) throws -> LetterPatch {
        var patch = LetterPatch()
        for text in set { try patch.set(text) }
        for text in clear { try patch.clear(text) }
        for text in remove { try patch.remove(text) }
        return patch
    }

    @Test(
        "Work is corrected for its connection, with who and why; the replay sends it, and the record keeps its values")
    func edit() async throws {
        try await Estate.run { estate in
            let given = try await give(
                estate, ["name": .init(.set(.text("Miller"))), "kind": .init(.set(.choice("company")))],
                shown: ["name": .set(.text("Smith"))])
            let operations = operations(estate)
            let wanted = try patch(["customer.name=\"Muller\""], clear: ["customer.kind"])
            let dry = try await operations.edit(
                DeadLetterQuery(), wanted, by: "ada", reason: "no umlauts", dryRun: true)
            #expect(dry.changed == 1 && dry.text.contains("would be corrected") && !dry.text.contains("Muller"))
            #expect(try await estate.pool.query("select 1 from dead_letter_edit").isEmpty)
            let done = try await operations.edit(
                DeadLetterQuery(), wanted, by: "ada", reason: "no umlauts", dryRun: false)
            #expect(done.changed == 1 && done.isGood)
            let again = try await operations.edit(DeadLetterQuery(), wanted, by: "ada", reason: "x", dryRun: false)
            #expect(again.changed == 0 && again.unchanged == 1)

            let shown = try await previews(estate, unredacted: "ada")
            #expect(shown[given.letter.id.description]?["changes"][0]["wanted"].string == "\"Muller\"")
            let report = try #require(try await operations.show(given.letter.id, unredacted: nil))
            #expect(report.json["edits"][0]["by"].string == "ada")
            #expect(report.text.contains("set customer.name, cleared customer.kind"))
            #expect(!report.text.contains("Muller"))
            let before = try await estate.pool.query("select before from dead_letter_edit")
            #expect(try before[0][0, as: [UInt8].self] == given.letter.payload)
            let reasons = try await RecordHistory(estate.pool).why(try #require(given.letter.record), field: "name")
            #expect(reasons.count == 1 && reasons[0].explanation.contains("ada"))
            #expect(reasons[0].explanation.contains("no umlauts") && reasons[0].connection == estate.fsm.name)
        }
    }

    @Test("All letters are corrected or none, each fault with letter, field and what is allowed")
    func faults() async throws {
        try await Estate.run { estate in
            let good = try await give(estate, ["kind": .init(.set(.choice("person")))], shown: nil)
            let other = try await give(estate, ["title": .init(.set(.text("x")))], shown: nil, entity: .job)
            let done = try await operations(estate).edit(
                DeadLetterQuery(), try patch(["customer.kind=\"company\""]), by: "ada", reason: "x", dryRun: false)
            #expect(!done.isGood && done.faultCount == 1)
            #expect(done.text.contains("\(other.letter.id)") && done.text.contains("about a job"))
            let row = try #require(try await estate.pool.run(DeadLetters.find(good.letter.id, payload: true)))
            #expect(row.letter.payload == good.letter.payload)

            var bad = LetterPatch()
            for (text, words) in [
                ("customer.kind=\"cow\"", "person, company"), ("customer.nme=\"x\"", "has no 'nme'"),
                ("cow.name=\"x\"", "none of"), ("customer.name=x", "no JSON"), ("customer.name=7", "expected"),
                ("customer.name=null", "--clear"), ("name", "entity.field"),
            ] {
                let error = #expect(throws: OperationFailure.self) { try bad.set(text) }
                #expect(error?.description.contains(words) == true, "\(text): \(error?.description ?? "")")
            }
            #expect(bad.isEmpty)
        }
    }

    @Test("A message with a field that the model does not have is corrected by taking it out")
    func message() async throws {
        try await Estate.run { estate in
            let (_, message) = try estate.event(changedAt: estate.now)
            var document = try JSONValue(parsing: message.body)
            var fields = document["data"]["fields"].object ?? JSONObject()
            fields["nickname"] = "Addie"
            var data = document["data"]
            data["fields"] = .object(fields)
            document["data"] = data
            let letter = DeadLetters.Letter(
                id: estate.id(), source: .broker, queue: "router.events", message: message.id,
                failureClass: .undecodable, code: "unknown_field", failure: "no", fix: "mend it", attempts: 1,
                failedAt: estate.now, payload: document.serialised())
            try await estate.pool.run(DeadLetters.insert([letter]))
            let still = try await operations(estate).edit(
                DeadLetterQuery(), try patch(["customer.name=\"Ada\""]), by: "ada", reason: "x", dryRun: false)
            #expect(still.faultCount == 1 && still.text.contains("nickname"))
            let done = try await operations(estate).edit(
                DeadLetterQuery(), try patch(remove: ["customer.nickname"]), by: "ada", reason: "x", dryRun: false)
            #expect(done.changed == 1)
            let row = try #require(try await estate.pool.run(DeadLetters.find(letter.id, payload: true)))
            #expect(try EventCoding.decode(row.letter.payload).fields == ["name": .set(.text("Miller"))])
        }
    }
}
