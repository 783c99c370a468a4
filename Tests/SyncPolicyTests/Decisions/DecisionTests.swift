import CanonicalModel
import SyncPolicy
import Testing

@Suite("Decisions on changes of a field")
struct DecisionTests {
    private func field(_ entity: EntityKind, _ field: FieldName) throws -> DecisionCase {
        DecisionCase(try ShippedPolicy.load(), entity, field)
    }

    private func text(_ role: Role, _ text: String, at second: Int64) -> FieldChange {
        DecisionCase.change(role, .text(text), at: second)
    }

    private func word(_ role: Role, _ word: String, at second: Int64) -> FieldChange {
        DecisionCase.change(role, .choice(word), at: second)
    }

    @Test("R1.9: a field that the policy does not name is ignored")
    func notNamed() throws {
        var latitude = try field(.site, "latitude")
        let change = DecisionCase.change(.crm, .quantity(Quantity(1)), at: 1)
        #expect(latitude.judge(change) == .ignore(.notInPolicy))
        let record = latitude.policy.record(latitude.input(change), .ignore(.notInPolicy))
        #expect(record.explanation == "The policy (version 1) does not name site.latitude, so it is not synced.")
    }

    @Test("R1.8, R2.3: the owner's change is applied, another system's is recorded and never applied")
    func ownership() throws {
        var notes = try field(.contact, "delivery_notes")
        #expect(notes.judge(text(.fsm, "gate 4", at: 0)) == .accept(conflict: nil))
        #expect(notes.judge(text(.crm, "gate 5", at: 1000)) == .keep(.notOwner, conflict: nil))
        #expect(notes.judge(text(.ledger, "gate 6", at: 2000)) == .keep(.notOwner, conflict: nil))
        #expect(notes.current?.value == .set(.text("gate 4")))
    }

    @Test("R2.4, R2.5: within the window the owner wins, and both values and times are in the conflict")
    func window() throws {
        var notes = try field(.contact, "delivery_notes")
        let owners = text(.fsm, "gate 4", at: 1000)
        let inside = text(.crm, "gate 5", at: 1300)
        notes.judge(owners)
        let conflict = Conflict(owner: owners, other: inside, window: 300, tolerance: 5)
        #expect(notes.judge(inside) == .keep(.ownerWins, conflict: conflict))
        #expect(conflict.distance == 300)
        // One second later it is outside: the owner still wins, but nobody is told of a conflict.
        #expect(notes.judge(text(.crm, "gate 6", at: 1301)) == .keep(.notOwner, conflict: nil))
        #expect(notes.current == owners)
    }

    @Test("R2.4: the owner's change shows the conflict when the other side's came first")
    func windowTheOtherWay() throws {
        var name = try field(.customer, "name")
        name.judge(text(.crm, "Ann", at: 0))
        let other = text(.fsm, "Anne", at: 1000)
        #expect(name.judge(other) == .keep(.notOwner, conflict: nil))
        let owners = text(.crm, "Anna", at: 1100)
        #expect(
            name.judge(owners)
                == .accept(conflict: Conflict(owner: owners, other: other, window: 300, tolerance: 5)))
    }

    @Test("R25.8: a conflict tells whether the clocks are good enough to say which change was first")
    func tolerance() throws {
        var notes = try field(.contact, "delivery_notes")
        notes.judge(text(.fsm, "a", at: 1000))
        let close = notes.judge(text(.crm, "b", at: 1005)).conflict
        let far = notes.judge(text(.crm, "c", at: 1006)).conflict
        #expect(close?.isOrderCertain == false)
        #expect(far?.isOrderCertain == true)
        #expect(close?.tolerance == 5)
    }

    @Test("R25.9: an older change of the owner that comes late is kept as evidence, not applied")
    func stale() throws {
        var name = try field(.customer, "name")
        name.judge(text(.crm, "new", at: 100))
        #expect(name.judge(text(.crm, "old", at: 50)) == .stale(conflict: nil))
        #expect(name.current?.value == .set(.text("new")))
        // Of two changes in one second the later read counts.
        #expect(name.judge(text(.crm, "newest", at: 100)) == .accept(conflict: nil))
    }

    @Test("The owner saying a value again moves its time on, so that what lies between is old")
    func confirmation() throws {
        var name = try field(.customer, "name")
        name.judge(text(.crm, "a", at: 1))
        #expect(name.judge(text(.crm, " a\r\n", at: 3)) == .same(confirms: true))
        #expect(name.judge(text(.crm, "b", at: 2)) == .stale(conflict: nil))
        #expect(name.judge(text(.fsm, "a", at: 9)) == .same(confirms: false))
        #expect(name.judge(text(.crm, "a", at: 2)) == .same(confirms: false))
    }

    @Test("A cleared value is a value: it does not come back, and nothing equals empty")
    func clearing() throws {
        var name = try field(.customer, "name")
        name.judge(text(.crm, "a", at: 1))
        #expect(name.judge(DecisionCase.change(.crm, nil, at: 5)) == .accept(conflict: nil))
        #expect(name.judge(text(.crm, "a", at: 3)) == .stale(conflict: nil))
        #expect(name.judge(text(.crm, "  ", at: 7)) == .same(confirms: true))
        #expect(name.judge(text(.fsm, "", at: 7)) == .same(confirms: false))
    }

    @Test("R2.11, R25.1: a technician's correction of a telephone number becomes a proposal")
    func contactProposal() throws {
        var phone = try field(.contact, "phone")
        let owners = text(.crm, "+1 555 0100", at: 0)
        phone.judge(owners)
        let early = text(.fsm, "+1 555 0199", at: 200)
        #expect(
            phone.judge(early)
                == .propose(
                    .contactProposal, conflict: Conflict(owner: owners, other: early, window: 300, tolerance: 5)))
        #expect(phone.judge(text(.fsm, "+1 555 0188", at: 900)) == .propose(.contactProposal, conflict: nil))
        #expect(phone.current == owners)
        // A person accepts it.
        let accepted = FieldChange(
            .set(.text("+1 555 0199")), source: .person("office"), changedAt: Instant(seconds: 1000))
        #expect(phone.judge(accepted) == .accept(conflict: nil))
        #expect(phone.judge(text(.crm, "+1 555 0100", at: 550)) == .stale(conflict: nil))
        #expect(phone.judge(text(.crm, "+1 555 0177", at: 1300)) == .accept(conflict: nil))
    }

    @Test("R4.1, R4.3, R4.4: an edit of the schedule in the CRM becomes a dispatch change request")
    func schedule() throws {
        var window = try field(.job, "scheduled_window")
        func visit(_ start: Int64) throws -> FieldValue {
            .appointment(
                try #require(
                    LocalAppointment(
                        start: Instant(seconds: start), end: Instant(seconds: start + 3600), zone: "America/Chicago")))
        }
        window.judge(DecisionCase.change(.fsm, try visit(10_000), at: 0))
        #expect(
            window.judge(DecisionCase.change(.crm, try visit(20_000), at: 9000))
                == .propose(.dispatchChangeRequest, conflict: nil))
        #expect(window.judge(DecisionCase.change(.fsm, try visit(30_000), at: 9100)).applies)
    }

    @Test("R3.5, R3.7: scope flows until the job is in progress, then it is held for review")
    func hold() throws {
        var title = try field(.job, "title")
        title.judge(text(.crm, "roof", at: 0))
        #expect(title.judge(text(.crm, "roof and gutter", at: 10)) == .accept(conflict: nil))
        title.isJobInProgress = true
        #expect(title.judge(text(.crm, "roof, gutter and door", at: 20)) == .hold(.inProgress))
        #expect(title.judge(text(.crm, "old", at: 5)) == .stale(conflict: nil))
        // A person's decision is not held again.
        let approved = FieldChange(
            .set(.text("roof, gutter and door")), source: .person("office"), changedAt: Instant(seconds: 30))
        #expect(title.judge(approved) == .accept(conflict: nil))
        var priority = try field(.job, "priority")
        priority.isJobInProgress = true
        priority.judge(word(.crm, "low", at: 0))
        #expect(priority.judge(word(.crm, "high", at: 1)).applies)
    }

    @Test("R3.6: a change of scope on site becomes an amendment")
    func amendment() throws {
        var lines = try field(.job, "lines")
        let price = Money(minorUnits: 100, currency: .usd)
        let first = LineItem(key: "1", kind: .labor, description: "work", quantity: Quantity(1), unitPrice: price)
        let second = LineItem(key: "2", kind: .part, description: "tile", quantity: Quantity(2), unitPrice: price)
        lines.judge(DecisionCase.change(.crm, .lines([first, second]), at: 0))
        // A line that moved is the same line.
        #expect(
            lines.judge(DecisionCase.change(.fsm, .lines([second, first]), at: 900)) == .same(confirms: false))
        #expect(
            lines.judge(DecisionCase.change(.fsm, .lines([first]), at: 900)) == .propose(.amendment, conflict: nil))
    }

    @Test("R5.4, R5.5: the CRM cannot close a job, and its wish to reopen one becomes a ticket")
    func closing() throws {
        var status = try field(.job, "status")
        status.judge(word(.fsm, "started", at: 0))
        #expect(status.judge(word(.crm, "completed", at: 10)) == .keep(.notOwner, conflict: nil))
        status.judge(word(.fsm, "completed", at: 20))
        #expect(status.judge(word(.crm, "scheduled", at: 30)) == .propose(.reopenTicket, conflict: nil))
        #expect(status.judge(word(.crm, "cancelled", at: 30)) == .keep(.notOwner, conflict: nil))
        #expect(status.current?.value == .set(.choice("completed")))
    }

    @Test("R5.8: a status never goes back once the work is completed, and a late one changes nothing before")
    func monotone() throws {
        var status = try field(.job, "status")
        status.judge(word(.fsm, "started", at: 10))
        #expect(status.judge(word(.fsm, "scheduled", at: 5)) == .stale(conflict: nil))
        #expect(status.judge(word(.fsm, "on_hold", at: 20)).applies)
        #expect(status.judge(word(.fsm, "started", at: 30)).applies)
        // Reported with an older time than the status there: it was completed all the same.
        #expect(status.judge(word(.fsm, "completed", at: 25)).applies)
        #expect(status.judge(word(.fsm, "started", at: 24)) == .stale(conflict: nil))
        #expect(status.judge(word(.fsm, "started", at: 40)) == .refuse(.backwards))
        #expect(status.current?.value == .set(.choice("completed")))
    }

    @Test("R6.4: a number that is written once stays, and the second one is refused")
    func writeOnce() throws {
        var number = try field(.invoice, "number")
        #expect(number.judge(text(.ledger, "1001", at: 0)).applies)
        #expect(number.judge(text(.ledger, "1001", at: 5)) == .same(confirms: true))
        #expect(number.judge(text(.ledger, "1002", at: 9)) == .refuse(.writeOnce))
        #expect(number.judge(DecisionCase.change(.ledger, nil, at: 9)) == .refuse(.writeOnce))
        let effect = FieldChange(.set(.text("9")), source: .effect, changedAt: Instant(seconds: 9))
        #expect(number.judge(effect) == .refuse(.writeOnce))
        #expect(number.judge(text(.fsm, "7", at: 9)) == .keep(.notOwner, conflict: nil))
        #expect(number.current?.value == .set(.text("1001")))
    }

    @Test("R6.2, R25.11: what is computed is changed by the computation only; a job's current invoice may change")
    func derived() throws {
        var number = try field(.job, "invoice_number")
        func computed(_ value: String, at second: Int64) -> FieldChange {
            FieldChange(.set(.text(value)), source: .effect, changedAt: Instant(seconds: second))
        }
        #expect(number.judge(computed("1001", at: 0)).applies)
        #expect(number.judge(text(.crm, "9", at: 5)) == .keep(.derived, conflict: nil))
        #expect(number.judge(text(.ledger, "9", at: 5)) == .keep(.derived, conflict: nil))
        #expect(number.judge(text(.ledger, "1001", at: 5)) == .same(confirms: false))
        #expect(number.judge(computed("1002", at: 9)).applies)
    }

    @Test("R1.10: in a two-way field the last change wins, the owner's at a tie, and the other is kept")
    func twoWay() throws {
        let policy = try ShippedPolicy.changed(
            "delivery_notes: { owner: fsm, flows_to: [crm], on_conflict: owner_wins_in_window }",
            to: "delivery_notes: { owner: fsm, flows_to: [crm], two_way: true }")
        #expect(policy.fields(of: .contact, to: .fsm).contains("delivery_notes"))
        var notes = DecisionCase(policy, .contact, "delivery_notes")
        notes.judge(text(.fsm, "a", at: 10))
        #expect(notes.judge(text(.crm, "b", at: 20)).applies)
        #expect(notes.judge(text(.fsm, "c", at: 15)).code == "stale")
        #expect(notes.judge(text(.fsm, "d", at: 20)).applies)
        let tie = notes.judge(text(.crm, "e", at: 20))
        #expect(tie == .keep(.olderChange, conflict: tie.conflict))
        #expect(tie.conflict != nil)
        #expect(notes.judge(text(.ledger, "f", at: 90)) == .keep(.notOwner, conflict: nil))
    }
}
