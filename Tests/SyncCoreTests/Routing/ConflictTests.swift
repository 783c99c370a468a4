import CanonicalModel
import SyncCore
import SyncPolicy
import Testing

@Suite("Conflicts of two systems within the window") struct ConflictTests {
    private let crm = Estate.crm
    private let fsm = Estate.fsm

    /// A customer with a contact, both of which field service knows.
    private func estate() throws -> Estate {
        var estate = try Estate()
        try estate.route(
            estate.event(crm, .customer, "1", ["name": .set(.text("Miller"))], change: .created, at: moment(-86400)),
            estate.event(
                crm, .contact, "1",
                [
                    "customer": Estate.native(.customer, "1"), "first_name": .set(.text("Dana")),
                    "phone": .set(.text("100")),
                ], change: .created, at: moment(-86400)))
        let customer = try #require(estate.record(crm, .customer, "1"))
        let contact = try #require(estate.record(crm, .contact, "1"))
        estate.link(customer.id, at: fsm, .customer, "F1")
        estate.link(contact.id, at: fsm, .contact, "F1")
        return estate
    }

    private func moment(_ seconds: Int64) -> Instant {
        Instant("2026-03-02T15:00:00Z")!.advanced(bySeconds: seconds)
    }

    private struct Edit {
        var connection: ConnectionID
        var text: String
        var second: Int64
    }

    /// Routes edits of a contact's field one by one.
    private func route(_ edits: [Edit], of field: FieldName, in estate: inout Estate) throws -> [DecisionRecord] {
        var decisions: [DecisionRecord] = []
        for edit in edits {
            var event = estate.event(
                edit.connection, .contact, edit.connection == crm ? "1" : "F1", [field: .set(.text(edit.text))],
                at: moment(edit.second))
            event.actor = "\(edit.connection) person"
            let output = try estate.route(event)
            for note in output.notes where note.kind == .decided {
                #expect(note.actor == event.actor)
                let body = try JSONValue(parsing: note.body)
                decisions += try (body["decisions"].array ?? []).map { try DecisionRecord(decoding: $0.serialised()) }
            }
        }
        return decisions
    }

    private func texts(_ decisions: [DecisionRecord]) -> [[String]] {
        decisions.compactMap(\.decision.conflict).map { conflict in
            [conflict.owner, conflict.other].map { change in
                if case .set(.text(let text)) = change.value { text } else { "" }
            }
        }
    }

    @Test(
        "Both sides are on record whichever comes first, with values, times and people (R2.4, R2.5)",
        arguments: ["first_name", "phone"] as [FieldName], [true, false])
    func bothOrders(field: FieldName, isOwnerFirst: Bool) throws {
        var estate = try estate()
        let edits = [Edit(connection: crm, text: "7", second: 0), Edit(connection: fsm, text: "8", second: 60)]
        let decisions = try route(isOwnerFirst ? edits : edits.reversed(), of: field, in: &estate)
        #expect(texts(decisions) == [["7", "8"]])
        let conflict = try #require(decisions.compactMap(\.decision.conflict).first)
        #expect(conflict.owner.changedAt == moment(0) && conflict.other.changedAt == moment(60))
        #expect(conflict.owner.source == .connection(crm, .crm) && conflict.other.source == .connection(fsm, .fsm))
        // The events of both lead to the people who made them.
        #expect(Set([conflict.owner.event, conflict.other.event]) == Set(decisions.map(\.input.incoming.event)))
        #expect(estate.record(crm, .contact, "1")?[field] == .text("7"))
    }

    @Test("A conflict shows where the owner had no value before, too (R2.5)")
    func noValueBefore() throws {
        var estate = try estate()
        let decisions = try route(
            [Edit(connection: fsm, text: "8", second: 0), Edit(connection: crm, text: "7", second: 60)],
            of: "last_name", in: &estate)
        #expect(texts(decisions) == [["7", "8"]])
        #expect(estate.record(crm, .contact, "1")?["last_name"] == .text("7"))
    }

    @Test("A newer edit of the owner, whenever it comes, neither makes nor hides the conflict of two before (R25.9)")
    func anyOrder() throws {
        let edits = [
            Edit(connection: crm, text: "7", second: 0), Edit(connection: fsm, text: "8", second: 60),
            Edit(connection: crm, text: "9", second: 6000),
        ]
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
            var estate = try estate()
            let decisions = try route(order.map { edits[$0] }, of: "first_name", in: &estate)
            #expect(texts(decisions) == [["7", "8"]], "\(order)")
            #expect(estate.record(crm, .contact, "1")?["first_name"] == .text("9"), "\(order)")
        }
    }

    @Test("Edits further apart than the window are no conflict, and neither are two of one value")
    func noConflict() throws {
        var estate = try estate()
        let apart = [Edit(connection: fsm, text: "8", second: 0), Edit(connection: crm, text: "7", second: 301)]
        #expect(try texts(route(apart, of: "first_name", in: &estate)).isEmpty)
        var other = try self.estate()
        let same = [Edit(connection: fsm, text: "8", second: 0), Edit(connection: crm, text: "8", second: 60)]
        #expect(try texts(route(same, of: "first_name", in: &other)).isEmpty)
    }

    @Test("Of several edits that were not taken the newest is remembered, and once only")
    func newest() throws {
        var estate = try estate()
        _ = try route(
            [
                Edit(connection: fsm, text: "8", second: 100), Edit(connection: fsm, text: "6", second: 50),
                Edit(connection: fsm, text: "8", second: 100),
            ], of: "phone", in: &estate)
        let record = try #require(estate.record(crm, .contact, "1"))
        #expect(record.kept.count == 1 && record.kept["phone"]?.value == .text("8"))
        let decisions = try route([Edit(connection: crm, text: "7", second: 120)], of: "phone", in: &estate)
        #expect(texts(decisions) == [["7", "8"]])
    }
}
