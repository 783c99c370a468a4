import CanonicalModel
import SyncCore
import SyncPolicy
import Testing

/// A field service that writes few fields, and keeps the main contact in the customer's own object.
private let narrow: [EntityCapability] = [
    EntityCapability(
        .customer, nativeType: "client", originates: true, creates: true, writes: ["name"], reads: ["name"],
        requiredAtCreate: ["name"], keepsExternalID: true, createGuarantee: .notApplicable),
    EntityCapability(
        .contact, nativeType: "client", placement: .embeddedIfFree(in: "customer", namedBy: "primary_contact"),
        originates: false, creates: true,
        writes: ["first_name"], reads: ["first_name"], requiredAtCreate: ["customer"], keepsExternalID: true,
        createGuarantee: .notApplicable),
    EntityCapability(
        .site, nativeType: "property", originates: false, creates: true, writes: ["name"], reads: ["name"],
        requiredAtCreate: ["customer"], keepsExternalID: true, createGuarantee: .notApplicable),
    EntityCapability(
        .job, nativeType: "job", originates: false, creates: true, writes: ["title", "lines"],
        reads: ["title", "lines"],
        requiredAtCreate: ["customer", "site"], keepsExternalID: true, createGuarantee: .notApplicable),
]

@Suite("How far records go at a connection that can do little") struct RouteReachTests {
    private let crm = Estate.crm
    private let fsm = Estate.fsm

    private func sold() throws -> Estate {
        var estate = try Estate(fieldService: narrow)
        try estate.route(
            estate.event(
                crm, .customer, "1",
                ["name": .set(.text("Miller")), "primary_contact": Estate.native(.contact, "1")], change: .created))
        try estate.route(
            estate.event(
                crm, .contact, "1",
                ["first_name": .set(.text("Dana")), "customer": Estate.native(.customer, "1")], change: .created))
        // What has waited for the contact.
        try estate.route(
            estate.event(crm, .customer, "1", ["primary_contact": Estate.native(.contact, "1")]))
        try estate.route(
            estate.event(
                crm, .site, "1",
                ["customer": Estate.native(.customer, "1"), "name": .set(.text("Home"))], change: .created))
        try estate.route(
            estate.event(
                crm, .estimate, "1",
                [
                    "customer": Estate.native(.customer, "1"), "site": Estate.native(.site, "1"),
                    "title": .set(.text("New roof")), "status": .set(.choice("approved")),
                    "lines": .set(.lines([line("a", "Roof")])),
                ], change: .created))
        return estate
    }

    private func line(_ key: String, _ text: String, kind: LineItem.Kind = .service) -> LineItem {
        LineItem(
            key: key, kind: kind, description: text, quantity: Quantity(1),
            unitPrice: Money(minorUnits: 100_000, currency: .usd))
    }

    @Test("A reference that is needed to make a record is in its command, though it cannot be written later (R3.12)")
    func neededReferences() throws {
        let estate = try sold()
        let command = try #require(estate.commands(to: fsm, .job).last)
        let customer = try #require(estate.record(crm, .customer, "1"))
        let site = try #require(estate.record(crm, .site, "1"))
        #expect(command.desired["customer"]?.value == .set(.reference(.canonical(customer.id))))
        #expect(command.desired["site"]?.value == .set(.reference(.canonical(site.id))))
        #expect(command.desired["description"] == nil)
        #expect(!estate.commands(to: fsm, .customer).isEmpty)
        #expect(!estate.commands(to: fsm, .site).isEmpty)
    }

    @Test("A contact that lives in its customer's object goes where the customer goes (R2.2)")
    func housedContact() throws {
        let estate = try sold()
        let customer = try #require(estate.record(crm, .customer, "1"))
        let command = try #require(estate.commands(to: fsm, .contact).last)
        #expect(command.desired["customer"]?.value == .set(.reference(.canonical(customer.id))))
        #expect(command.desired["first_name"]?.value == .set(.text("Dana")))
        #expect(estate.commands(to: Estate.ledger, .contact).isEmpty)
    }

    @Test("A main contact that is named later follows its customer")
    func laterContact() throws {
        var estate = try sold()
        try estate.route(
            estate.event(
                crm, .contact, "2",
                ["first_name": .set(.text("Robin")), "customer": Estate.native(.customer, "1")], change: .created))
        let robin = try #require(estate.record(crm, .contact, "2"))
        #expect(!estate.commands(to: fsm, .contact).contains { $0.record == robin.id })
        try estate.route(estate.event(crm, .customer, "1", ["primary_contact": Estate.native(.contact, "2")]))
        #expect(estate.commands(to: fsm, .contact).contains { $0.record == robin.id })
    }

    @Test("Whoever is named again is sent again, for another one may stand in the customer's object by now (R24.2)")
    func namedAgain() throws {
        var estate = try sold()
        try estate.route(
            estate.event(
                crm, .contact, "2",
                ["first_name": .set(.text("Robin")), "customer": Estate.native(.customer, "1")], change: .created))
        try estate.route(estate.event(crm, .customer, "1", ["primary_contact": Estate.native(.contact, "2")]))
        let dana = try #require(estate.record(crm, .contact, "1"))
        let before = try #require(estate.commands(to: fsm, .contact).last { $0.record == dana.id })
        try estate.route(estate.event(crm, .customer, "1", ["primary_contact": Estate.native(.contact, "1")]))
        let after = try #require(estate.commands(to: fsm, .contact).last { $0.record == dana.id })
        #expect(after.version > before.version)
        #expect(after.desired == before.desired)
    }

    @Test("A contact whom the customer names for something else does not go where the main contact goes (R24.2)")
    func billingContact() throws {
        var estate = try sold()
        try estate.route(
            estate.event(
                crm, .contact, "2",
                ["first_name": .set(.text("Betty")), "customer": Estate.native(.customer, "1")], change: .created))
        try estate.route(estate.event(crm, .customer, "1", ["billing_contact": Estate.native(.contact, "2")]))
        let betty = try #require(estate.record(crm, .contact, "2"))
        #expect(!estate.commands(to: fsm, .contact).contains { $0.record == betty.id })
    }

    /// Two readings of a customer, a second apart, between which its vendor's time of change has not moved.
    private func readings(_ estate: inout Estate) -> (earlier: CanonicalEvent, later: CanonicalEvent) {
        let changedAt = estate.now
        let earlier = estate.event(
            crm, .customer, "1", ["name": .set(.text("Miller")), "primary_contact": Estate.native(.contact, "1")],
            change: .created, at: changedAt)
        estate.now = estate.now.advanced(bySeconds: 1)
        let later = estate.event(
            crm, .customer, "1", ["primary_contact": Estate.native(.contact, "2")], at: changedAt)
        return (earlier, later)
    }

    private func meet(_ estate: inout Estate) throws {
        for id in ["1", "2"] {
            try estate.route(
                estate.event(crm, .contact, id, ["first_name": .set(.text("Person \(id)"))], change: .created))
        }
    }

    @Test("Of two readings that tell one time of change the later one holds, whichever is routed first (R24.2)")
    func overtaken() throws {
        var estate = try Estate(fieldService: narrow)
        try meet(&estate)
        let (earlier, later) = readings(&estate)
        try estate.route(later)
        try estate.route(earlier)
        let contact = try #require(estate.record(crm, .contact, "2"))
        #expect(estate.record(crm, .customer, "1")?.reference("primary_contact") == contact.id)
    }

    @Test(
        "A reading that confirms a value is later than those before it of the same second, which bring nothing back (R2.4)"
    )
    func confirmed() throws {
        var estate = try Estate(fieldService: narrow)
        let readings = ["Miller", "Millner", "Mills", "Miller"].enumerated().map { second, name in
            defer { estate.now = estate.now.advanced(bySeconds: 1) }
            // All but the first tell the time of one second: the vendor's times are no finer.
            let changedAt = second == 0 ? estate.now : estate.now.advanced(bySeconds: Int64(1 - second))
            return estate.event(
                crm, .customer, "1", ["name": .set(.text(name))], change: second == 0 ? .created : .updated,
                at: changedAt)
        }
        for reading in [readings[0], readings[3], readings[1], readings[2]] { try estate.route(reading) }
        #expect(estate.record(crm, .customer, "1")?.fields["name"]?.value == .text("Miller"))
    }

    @Test("A part of a reading that has waited for its contact does not undo a later reading (R24.2)")
    func overtakenPart() throws {
        var estate = try Estate(fieldService: narrow)
        let (earlier, later) = readings(&estate)
        // Routed only after the later one was read.
        try estate.route(earlier)
        try estate.route(later)
        let parts = estate.parked.filter(\.isSplitOff).map(\.event)
        try #require(parts.count == 2)
        try meet(&estate)
        try estate.route(parts[1])
        try estate.route(parts[0])
        let contact = try #require(estate.record(crm, .contact, "2"))
        #expect(estate.record(crm, .customer, "1")?.reference("primary_contact") == contact.id)
    }

    private func estimate(_ estate: Estate, of sale: String? = nil) -> CanonicalEvent {
        var fields: Patch = [
            "title": .set(.text("New roof")), "status": .set(.choice("approved")),
            "lines": .set(.lines([line("a", "Roof")])),
        ]
        if let sale { fields["opportunity"] = Estate.native(.opportunity, sale) }
        return estate.event(crm, .estimate, "7", fields, change: .created)
    }

    @Test("An approved estimate whose sale is not known yet waits for it: one sale, one job (R3.3)")
    func saleFollows() throws {
        var estate = try Estate(fieldService: narrow)
        try estate.route(estimate(estate, of: "7"))
        #expect(estate.records(.job).isEmpty)
        #expect(estate.parked.contains { $0.isSplitOff })
        try estate.route(
            estate.event(crm, .opportunity, "7", ["title": .set(.text("New roof"))], change: .created))
        let rest = try #require(estate.parked.first { $0.isSplitOff })
        try estate.route(rest.event)
        try estate.route(estimate(estate, of: "7"))
        #expect(estate.records(.job).count == 1)
        let sale = try #require(estate.record(crm, .opportunity, "7"))
        #expect(estate.records(.job).first?.reference("opportunity") == sale.id)
    }

    @Test("An estimate that joins a sale after it was approved brings its job along (R3.3)")
    func saleJoins() throws {
        var estate = try Estate(fieldService: narrow)
        try estate.route(estimate(estate))
        #expect(estate.records(.job).count == 1)
        try estate.route(
            estate.event(crm, .opportunity, "7", ["title": .set(.text("New roof"))], change: .created))
        estate.now = estate.now.advanced(bySeconds: 60)
        try estate.route(estate.event(crm, .estimate, "7", ["opportunity": Estate.native(.opportunity, "7")]))
        try estate.route(
            estate.event(
                crm, .estimate, "8",
                [
                    "opportunity": Estate.native(.opportunity, "7"), "status": .set(.choice("approved")),
                    "lines": .set(.lines([line("b", "Better roof")])),
                ], change: .created))
        #expect(estate.records(.job).count == 1)
    }

    @Test("What sales changes at the sale before the work begins reaches the job (R3.5)")
    func saleChanges() throws {
        var estate = try Estate(fieldService: narrow)
        try estate.route(
            estate.event(crm, .opportunity, "7", ["title": .set(.text("New roof"))], change: .created))
        try estate.route(estimate(estate, of: "7"))
        estate.now = estate.now.advanced(bySeconds: 60)
        try estate.route(estate.event(crm, .opportunity, "7", ["requirements": .set(.text("Beware of the dog"))]))
        #expect(estate.records(.job).first?["instructions"] == .text("Beware of the dog"))
    }

    @Test("An event that changes nothing sends nothing, and says nothing new but that it was read (R13.11)")
    func echo() throws {
        var estate = try sold()
        let before = try #require(estate.record(crm, .customer, "1"))
        let echo = estate.event(crm, .customer, "1", ["name": .set(.text("Miller"))], externalID: before.id)
        let output = try estate.route(echo)
        let after = try #require(estate.record(crm, .customer, "1"))
        #expect(after.fields.mapValues(\.value) == before.fields.mapValues(\.value))
        #expect(after.fields["name"]?.provenance.event == echo.id)
        #expect(output.commands.isEmpty)
    }

    @Test("Work that the crew adds on site is an amendment that flags the bill and is not billed (R3.6, R6.19, R22.2)")
    func amendment() throws {
        var estate = try sold()
        let job = try #require(estate.records(.job).first)
        estate.link(job.id, at: fsm, .job, "J1")
        let motor = line("9", "Fan motor")
        let added = estate.event(fsm, .job, "J1", ["on_site_lines": .set(.lines([motor]))])
        try estate.route(added)
        let key = ProposalKey(record: job.id, field: "on_site_lines", connection: fsm)
        #expect(estate.proposals[key]?.kind == .amendment)
        #expect(estate.proposals[key]?.proposed == .set(.lines([motor])))
        #expect(estate.records(.job).first?["billing_hold"] == .flag(true))
        // Read once more, the same lines do not take the question back.
        try estate.route(estate.event(fsm, .job, "J1", ["on_site_lines": .set(.lines([motor]))]))
        #expect(estate.proposals[key] != nil)
        try estate.route(
            estate.event(
                fsm, .job, "J1",
                [
                    "status": .set(.choice("completed")),
                    "status_history": .set(.history([StatusStep("completed", at: estate.now)])),
                    "completed_at": .set(.instant(estate.now)),
                ]))
        let invoice = try #require(estate.records(.invoice).first)
        #expect(invoice["subtotal"] == .money(Money(minorUnits: 100_000, currency: .usd)))
        #expect(estate.proposals[key] != nil)
    }

    @Test("Work that the crew takes back is no amendment any more")
    func takenBack() throws {
        var estate = try sold()
        let job = try #require(estate.records(.job).first)
        estate.link(job.id, at: fsm, .job, "J1")
        try estate.route(estate.event(fsm, .job, "J1", ["on_site_lines": .set(.lines([line("9", "Fan motor")]))]))
        estate.now = estate.now.advanced(bySeconds: 60)
        try estate.route(estate.event(fsm, .job, "J1", ["on_site_lines": .clear]))
        #expect(estate.proposals.isEmpty)
        #expect(estate.records(.job).first?["billing_hold"] == .flag(false))
    }
}
