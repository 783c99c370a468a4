import CanonicalModel
import SyncCore
import SyncPolicy
import Testing

@Suite("Routing of events") struct RouteBatchTests {
    let crm = Estate.crm
    let fsm = Estate.fsm
    let ledger = Estate.ledger

    /// A customer with a site, a sale and an approved estimate.
    func sold(_ estate: inout Estate, price: Int64 = 100_000) throws {
        try estate.route(estate.event(crm, .customer, "1", ["name": .set(.text("Miller"))], change: .created))
        try estate.route(
            estate.event(
                crm, .site, "1",
                ["customer": Estate.native(.customer, "1"), "name": .set(.text("Home"))], change: .created))
        try estate.route(
            estate.event(
                crm, .opportunity, "1",
                [
                    "customer": Estate.native(.customer, "1"), "site": Estate.native(.site, "1"),
                    "title": .set(.text("New roof")), "stage": .set(.choice("proposed")),
                ], change: .created))
        try estate.route(approved(estate, price: price))
    }

    func approved(_ estate: Estate, id: String = "1", price: Int64, at moment: Instant? = nil) -> CanonicalEvent {
        let at = moment ?? estate.now
        let price = Money(minorUnits: price, currency: .usd)
        return estate.event(
            crm, .estimate, id,
            [
                "opportunity": Estate.native(.opportunity, "1"), "customer": Estate.native(.customer, "1"),
                "title": .set(.text("New roof")), "status": .set(.choice("approved")),
                "status_history": .set(.history([StatusStep("approved", at: at)])), "approved_at": .set(.instant(at)),
                "lines": .set(
                    .lines([
                        LineItem(
                            key: "a", kind: .service, description: "Roof", quantity: Quantity(1), unitPrice: price)
                    ])),
                "total": .set(.money(price)),
            ], change: .created)
    }

    @Test("A customer of the CRM goes nowhere before something needs it there (R2.8, R24.9)")
    func gate() throws {
        var estate = try Estate()
        try estate.route(estate.event(crm, .customer, "1", ["name": .set(.text("Miller"))], change: .created))
        #expect(estate.commands(to: fsm, .customer).isEmpty)
        #expect(estate.commands(to: ledger, .customer).isEmpty)
        #expect(estate.commands(to: crm, .customer).count == 1, "our id is written back to where it began (R2.6)")
    }

    @Test(
        "R17.7: what a replayed event leads to goes behind all that is live, unless a live event of the batch hurries it"
    )
    func replayed() throws {
        let estate = try Estate()
        let old = estate.event(crm, .customer, "1", ["name": .set(.text("Miller"))], change: .created)
        var copy = estate
        let alone = try copy.route(old, replayed: [old.id])
        #expect(alone.commands.values.map(\.priority) == [.background])
        let live = estate.event(
            crm, .customer, "1", ["name": .set(.text("Millers"))], at: estate.now.advanced(bySeconds: 1))
        for events in [[old, live], [live, old]] {
            var copy = estate
            let both = try copy.route(events[0], events[1], replayed: [old.id])
            #expect(both.commands.values.map(\.priority) == [.normal])
        }
    }

    @Test("A reading from before the last one is not saved, and a value that is confirmed later is a new version")
    func confirmed() throws {
        var estate = try Estate()
        let fields: Patch = ["name": .set(.text("Miller"))]
        var earlier = estate.event(crm, .customer, "1", fields)
        try estate.route(estate.event(crm, .customer, "1", fields, change: .created))
        let id = try #require(estate.record(crm, .customer, "1")?.id)
        earlier.externalID = id
        let same = try estate.route(earlier)
        #expect(same.records.isEmpty)
        #expect(same.commands.isEmpty)
        let later = estate.now.advanced(bySeconds: 60)
        let confirmed = try estate.route(estate.event(crm, .customer, "1", fields, at: later, externalID: id))
        #expect(confirmed.records[id]?.version == 2)
        #expect(confirmed.commands.isEmpty)
    }

    @Test("An approved estimate makes one job, with its customer and site, however often it is approved (R3.1 to R3.3)")
    func oneJob() throws {
        var estate = try Estate()
        try sold(&estate)
        for _ in 0..<4 { try estate.route(approved(estate, price: 100_000)) }
        #expect(estate.allEffects.filter { $0.kind == .createJob }.count == 1)
        #expect(estate.records(.job).count == 1)
        let job = try #require(estate.records(.job).first)
        #expect(job.reference("estimate") == estate.record(crm, .estimate, "1")?.id)
        #expect(job["total"] == .money(Money(minorUnits: 100_000, currency: .usd)))
        #expect(!estate.commands(to: fsm, .customer).isEmpty)
        #expect(!estate.commands(to: fsm, .site).isEmpty)
        let commands = estate.commands(to: fsm, .job)
        #expect(Set(commands.map(\.record)) == [job.id])
        #expect(commands.last?.desired["lines"]?.value.value == job["lines"])
    }

    @Test("The same approval in one batch five times makes one job (R3.3)")
    func oneJobInOneBatch() throws {
        var estate = try Estate()
        try sold(&estate)
        let again = approved(estate, price: 100_000)
        try estate.route(again, again, again, again, again)
        #expect(estate.records(.job).count == 1)
    }

    @Test("A revision approved before work starts replaces the scope of the same job (R3.4, R24.3, R24.7)")
    func revision() throws {
        var estate = try Estate()
        try sold(&estate)
        estate.now = estate.now.advanced(bySeconds: 3600)
        try estate.route(approved(estate, id: "2", price: 130_000))
        #expect(estate.records(.job).count == 1)
        let job = try #require(estate.records(.job).first)
        #expect(job["total"] == .money(Money(minorUnits: 130_000, currency: .usd)))
        #expect(job.reference("estimate") == estate.record(crm, .estimate, "2")?.id)
    }

    @Test("A revision during the work is held for a person, and the approved scope stays (R3.7)")
    func revisionDuringWork() throws {
        var estate = try Estate()
        try sold(&estate)
        let job = try #require(estate.records(.job).first)
        estate.link(job.id, at: fsm, .job, "J1")
        try estate.route(
            estate.event(
                fsm, .job, "J1",
                [
                    "status": .set(.choice("started")),
                    "status_history": .set(.history([StatusStep("started", at: estate.now)])),
                ]))
        estate.now = estate.now.advanced(bySeconds: 3600)
        try estate.route(approved(estate, id: "2", price: 130_000))
        let after = try #require(estate.records(.job).first)
        #expect(after["total"] == .money(Money(minorUnits: 100_000, currency: .usd)))
        #expect(after["billing_hold"] == .flag(true))
        #expect(estate.proposals.values.contains { $0.kind == .scopeHold && $0.key.field == "lines" })
    }

    @Test("A completed job is billed once at the approved prices, and its sale is won (R5.12, R6.6, R6.8, R25.4)")
    func completion() throws {
        var estate = try Estate()
        try sold(&estate)
        let job = try #require(estate.records(.job).first)
        estate.link(job.id, at: fsm, .job, "J1")
        let done = estate.event(
            fsm, .job, "J1",
            [
                "status": .set(.choice("completed")),
                "status_history": .set(.history([StatusStep("completed", at: estate.now)])),
                "completed_at": .set(.instant(estate.now)), "labor_hours": .set(.quantity(Quantity("6.5")!)),
            ])
        try estate.route(done)
        try estate.route(done, done)
        let invoices = estate.records(.invoice)
        #expect(invoices.count == 1)
        let invoice = try #require(invoices.first)
        #expect(invoice["subtotal"] == .money(Money(minorUnits: 100_000, currency: .usd)))
        #expect(invoice.reference("job") == job.id)
        #expect(estate.record(crm, .opportunity, "1")?["stage"] == .choice("won"))
        let won = try #require(estate.commands(to: crm, .opportunity).last?.desired["stage"])
        #expect(won.onlyIf == .set(.choice("proposed")), "a newer stage of the seller is never overwritten")
        #expect(estate.commands(to: ledger, .customer).count == 1)
    }

    @Test("A posted invoice shows on the job everywhere, and its number is written once (R6.2 to R6.4)")
    func invoiceNumber() throws {
        var estate = try Estate()
        try completion(of: &estate)
        let invoice = try #require(estate.records(.invoice).first)
        estate.link(invoice.id, at: ledger, .invoice, "I1")
        let output = try estate.route(
            estate.event(
                ledger, .invoice, "I1",
                [
                    "number": .set(.text("1001")), "status": .set(.choice("posted")),
                    "balance": .set(.money(Money(minorUnits: 100_000, currency: .usd))),
                ]))
        #expect(output.invoiceReferences.map(\.number).allSatisfy { $0 == "1001" })
        #expect(output.invoiceReferences.count >= 2)
        #expect(estate.records(.job).first?["invoice_number"] == .text("1001"))
        #expect(estate.commands(to: crm, .job).last?.desired["invoice_number"]?.value == .set(.text("1001")))
        #expect(estate.commands(to: fsm, .job).last?.desired["invoice_number"]?.value == .set(.text("1001")))
        try estate.route(estate.event(ledger, .invoice, "I1", ["number": .set(.text("2002"))]))
        #expect(estate.records(.invoice).first?["number"] == .text("1001"))
        #expect(estate.proposals.values.contains { $0.kind == .writeOnceConflict })
    }

    func completion(of estate: inout Estate) throws {
        try sold(&estate)
        let job = try #require(estate.records(.job).first)
        estate.link(job.id, at: fsm, .job, "J1")
        try estate.route(
            estate.event(
                fsm, .job, "J1",
                [
                    "status": .set(.choice("completed")),
                    "status_history": .set(.history([StatusStep("completed", at: estate.now)])),
                    "completed_at": .set(.instant(estate.now)),
                ]))
    }

    @Test("A technician's phone number becomes a proposal and is not sent away (R2.11, R25.1)")
    func contactProposal() throws {
        var estate = try Estate()
        try estate.route(estate.event(crm, .customer, "1", ["name": .set(.text("Miller"))], change: .created))
        try estate.route(
            estate.event(
                crm, .contact, "1",
                ["customer": Estate.native(.customer, "1"), "phone": .set(.text("111"))], change: .created))
        let contact = try #require(estate.records(.contact).first)
        estate.link(contact.id, at: fsm, .contact, "C1")
        estate.now = estate.now.advanced(bySeconds: 3600)
        try estate.route(estate.event(fsm, .contact, "C1", ["phone": .set(.text("222"))]))
        #expect(estate.records(.contact).first?["phone"] == .text("111"))
        #expect(estate.proposals.values.map(\.kind) == [.contactProposal])
        #expect(estate.commands(to: fsm, .contact).last?.desired["phone"] == nil)
        estate.now = estate.now.advanced(bySeconds: 3600)
        try estate.route(estate.event(fsm, .contact, "C1", ["phone": .set(.text("111"))]))
        #expect(estate.proposals.isEmpty, "the side shows the owner's value again")
    }

    @Test("Delivery notes of the crew reach the CRM, and nothing else of theirs does (R2.3)")
    func deliveryNotes() throws {
        var estate = try Estate()
        try estate.route(estate.event(crm, .customer, "1", ["name": .set(.text("Miller"))], change: .created))
        try estate.route(
            estate.event(
                crm, .contact, "1",
                ["customer": Estate.native(.customer, "1"), "first_name": .set(.text("Jo"))], change: .created))
        let contact = try #require(estate.records(.contact).first)
        estate.link(contact.id, at: fsm, .contact, "C1")
        try estate.route(
            estate.event(
                fsm, .contact, "C1",
                ["delivery_notes": .set(.text("Side gate")), "first_name": .set(.text("Joe"))]))
        let desired = try #require(estate.commands(to: crm, .contact).last?.desired)
        #expect(desired["delivery_notes"]?.value == .set(.text("Side gate")))
        #expect(desired["first_name"] == nil)
        #expect(estate.records(.contact).first?["first_name"] == .text("Jo"))
    }

    @Test("A close or a new time from the CRM is a wish, never an order (R4.3, R4.4, R5.4)")
    func wishes() throws {
        var estate = try Estate()
        try sold(&estate)
        let job = try #require(estate.records(.job).first)
        estate.link(job.id, at: fsm, .job, "J1")
        estate.link(job.id, at: crm, .job, "D1")
        let window = try #require(
            LocalAppointment(start: estate.now, end: estate.now.advanced(bySeconds: 7200), zone: "America/Chicago"))
        try estate.route(
            estate.event(
                fsm, .job, "J1",
                ["scheduled_window": .set(.appointment(window)), "status": .set(.choice("scheduled"))]))
        #expect(estate.commands(to: crm, .job).last?.desired["scheduled_window"]?.value == .set(.appointment(window)))
        let other = try #require(
            LocalAppointment(
                start: estate.now.advanced(bySeconds: 86_400), end: estate.now.advanced(bySeconds: 90_000),
                zone: "America/Chicago"))
        try estate.route(
            estate.event(
                crm, .job, "D1",
                ["scheduled_window": .set(.appointment(other)), "status": .set(.choice("completed"))]))
        let after = try #require(estate.records(.job).first)
        #expect(after["scheduled_window"] == .appointment(window))
        #expect(after["status"] == .choice("scheduled"))
        #expect(estate.proposals.values.contains { $0.kind == .dispatchChangeRequest })
        #expect(estate.records(.invoice).isEmpty)
    }

    @Test("A late step back of the status is recorded and not applied (R5.8)")
    func monotone() throws {
        var estate = try Estate()
        try completion(of: &estate)
        try estate.route(
            estate.event(
                fsm, .job, "J1", ["status": .set(.choice("started"))], at: estate.now.advanced(bySeconds: -600)))
        #expect(estate.records(.job).first?["status"] == .choice("completed"))
    }

    @Test("A child whose parent nobody has seen waits for it and asks for it")
    func parking() throws {
        var estate = try Estate()
        let output = try estate.route(
            estate.event(crm, .contact, "1", ["customer": Estate.native(.customer, "9")], change: .created))
        #expect(output.records.isEmpty)
        #expect(output.parked.map(\.isSplitOff) == [false])
        #expect(output.reads.map(\.native?.id) == ["9"])
    }

    @Test("Two records that refer to each other do not wait for each other")
    func mutualReferences() throws {
        var estate = try Estate()
        let customer = estate.event(
            crm, .customer, "1",
            ["name": .set(.text("Miller")), "primary_contact": Estate.native(.contact, "1")], change: .created)
        let output = try estate.route(customer)
        #expect(output.records.count == 1)
        #expect(output.parked.map(\.isSplitOff) == [true])
        try estate.route(
            estate.event(crm, .contact, "1", ["customer": Estate.native(.customer, "1")], change: .created))
        let rest = try #require(output.parked.first?.event)
        try estate.route(rest)
        #expect(
            estate.records(.customer).first?.reference("primary_contact") == estate.records(.contact).first?.id)
    }

    @Test("An object that bears our id is the record of that id; a copy of it is not (R2.6, R24.1)")
    func externalID() throws {
        var estate = try Estate()
        try estate.route(estate.event(crm, .customer, "1", ["name": .set(.text("Miller"))], change: .created))
        let id = try #require(estate.records(.customer).first?.id)
        try estate.route(
            estate.event(
                fsm, .customer, "C1", ["name": .set(.text("Miller"))], change: .created, externalID: id))
        #expect(estate.records(.customer).count == 1)
        try estate.route(
            estate.event(
                fsm, .customer, "C2", ["name": .set(.text("Miller"))], change: .created, externalID: id))
        #expect(estate.records(.customer).count == 2)
        #expect(estate.proposals.values.contains { $0.kind == .doubleLink })
    }

    @Test("A deletion goes nowhere; a person decides (R25.10)")
    func archived() throws {
        var estate = try Estate()
        try estate.route(estate.event(crm, .customer, "1", ["name": .set(.text("Miller"))], change: .created))
        let before = estate.commands.count
        try estate.route(estate.event(crm, .customer, "1", [:], change: .archived))
        #expect(estate.proposals.values.map(\.kind) == [.archived])
        #expect(estate.commands.dropFirst(before).allSatisfy { $0.connection == crm })
    }
}
