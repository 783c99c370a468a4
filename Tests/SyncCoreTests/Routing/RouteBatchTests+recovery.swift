import CanonicalModel
import SyncCore
import SyncPolicy
import Testing

/// What a database makes of events that it has lost and hears of again.
extension RouteBatchTests {
    @Test(
        "The same causes make the same records in a database that has lost them, later and beside others (R2.6, R3.3, R6.6)"
    )
    func sameIDs() throws {
        var lost = try Estate()
        try completion(of: &lost)
        var restored = try Estate()
        restored.now = restored.now.advanced(bySeconds: 86_400)
        try restored.route(
            restored.event(crm, .customer, "9", ["name": .set(.text("Other"))], change: .created))
        try completion(of: &restored)
        for entity in [EntityKind.site, .opportunity, .estimate, .job, .invoice] {
            let ids = lost.records(entity).map(\.id)
            #expect(!ids.isEmpty && ids == restored.records(entity).map(\.id), "\(entity)")
        }
        #expect(lost.record(crm, .customer, "1")?.id == restored.record(crm, .customer, "1")?.id)
        #expect(lost.record(crm, .customer, "1")?.id != restored.record(crm, .customer, "9")?.id)
    }

    @Test("An object that bears an unknown id of ours makes the record of that id, which the others join (R2.6, R24.1)")
    func unknownClaim() throws {
        var estate = try Estate()
        let key = LinkKey(
            connection: crm, native: NativeReference(type: "customer", id: "1"), entity: .customer)
        let id = CanonicalID(beginningWith: key)
        try estate.route(
            estate.event(fsm, .customer, "C1", ["name": .set(.text("Miller"))], change: .created, externalID: id))
        #expect(estate.records(.customer).map(\.id) == [id])
        try estate.route(estate.event(crm, .customer, "1", ["name": .set(.text("Mills"))], change: .created))
        #expect(estate.records(.customer).map(\.id) == [id])
        #expect(estate.record(crm, .customer, "1")?["name"] == .text("Mills"), "the owner's value")
        #expect(estate.proposals.isEmpty)
    }

    @Test("A copy of an object that bears a lost id is a record of its own (R24.1)")
    func unknownClaimTwice() throws {
        var estate = try Estate()
        let id = IDSource.random.next(estate.now)
        for number in ["C1", "C2"] {
            try estate.route(
                estate.event(
                    fsm, .customer, number, ["name": .set(.text("Miller"))], change: .created, externalID: id))
        }
        #expect(estate.records(.customer).count == 2)
        #expect(estate.record(fsm, .customer, "C1")?.id == id)
        #expect(estate.proposals.values.contains { $0.kind == .doubleLink })
    }

    @Test("An invoice that is heard of before the job that it bills is that job's, as the ledger shows it (R6.6)")
    func invoiceFirst() throws {
        var estate = try Estate()
        try sold(&estate)
        let job = try #require(estate.records(.job).first)
        estate.link(job.id, at: fsm, .job, "J1")
        let id = CanonicalID(madeBy: .createInvoice, for: job.id)
        let day = try #require(BusinessDate("2026-03-01"))
        try estate.route(
            estate.event(
                ledger, .invoice, "I1",
                [
                    "number": .set(.text("1001")), "status": .set(.choice("posted")), "issued_on": .set(.date(day)),
                    "memo": .set(.text("as agreed")),
                ], change: .created, externalID: id))
        try estate.route(
            estate.event(
                fsm, .job, "J1",
                [
                    "status": .set(.choice("completed")),
                    "status_history": .set(.history([StatusStep("completed", at: estate.now)])),
                    "completed_at": .set(.instant(estate.now)),
                ]))
        let invoice = try #require(estate.records(.invoice).first)
        #expect(estate.records(.invoice).count == 1 && invoice.id == id)
        #expect(invoice.reference("job") == job.id)
        #expect(invoice["issued_on"] == .date(day))
        #expect(invoice["memo"] == .text("as agreed"), "what the ledger says of its own field stays")
        let effects = estate.allEffects.filter { $0.kind == .createInvoice }
        #expect(effects.map(\.result) == [id] && effects.allSatisfy(\.isDone))
    }

    @Test("A job shows an invoice that was paid before the job that it bills was heard of (R6.2, R6.4)")
    func paidFirst() throws {
        var estate = try Estate()
        try sold(&estate)
        let job = try #require(estate.records(.job).first)
        estate.link(job.id, at: fsm, .job, "J1")
        let none = FieldValue.money(Money(minorUnits: 0, currency: .usd))
        let total = FieldValue.money(Money(minorUnits: 96_832, currency: .usd))
        try estate.route(
            estate.event(
                ledger, .invoice, "I1",
                [
                    "number": .set(.text("1001")), "status": .set(.choice("paid")), "total": .set(total),
                    "balance": .set(none),
                ], change: .created, externalID: CanonicalID(madeBy: .createInvoice, for: job.id)))
        let output = try estate.route(
            estate.event(
                fsm, .job, "J1",
                [
                    "status": .set(.choice("completed")),
                    "status_history": .set(.history([StatusStep("completed", at: estate.now)])),
                    "completed_at": .set(.instant(estate.now)),
                ]))
        let invoice = try #require(estate.records(.invoice).first)
        let shown = try #require(estate.records(.job).first)
        #expect(shown["invoice_number"] == .text("1001"))
        #expect(shown["invoice_status"] == .choice("paid"))
        #expect(shown["invoice_total"] == total)
        #expect(shown["invoice_balance"] == none)
        #expect(shown["invoices"] == .references([.canonical(invoice.id)]))
        #expect(shown["status"] == .choice("completed"))
        let references = output.invoiceReferences.filter { $0.record == job.id }
        #expect(references.map(\.number) == ["1001"] && references.map(\.connection) == [ledger])
    }

    @Test("The newest invoice of a job is that of the latest day, and of a day the one with the higher number (R6.2)")
    func newestInvoice() throws {
        let job = IDSource.random.next(Instant(seconds: 0))
        func invoice(_ number: String?, _ day: String) throws -> RecordState {
            var record = RecordState(id: IDSource.random.next(Instant(seconds: 0)), entity: .invoice)
            let provenance = Provenance(source: .effect, changedAt: Instant(seconds: 0), event: job)
            record.set("issued_on", to: .date(try #require(BusinessDate(day))), provenance: provenance)
            if let number { record.set("number", to: .text(number), provenance: provenance) }
            return record
        }
        func shown(_ invoices: [RecordState]) -> PatchValue? {
            InvoiceRollUp.fields(invoices: invoices)["invoice_number"]
        }
        let old = try invoice("1001", "2026-03-01")
        let same = try invoice("999", "2026-03-01")
        let late = try invoice("5", "2026-03-02")
        let wanted = try invoice(nil, "2026-03-02")
        #expect(shown([old, same]) == .set(.text("1001")))
        #expect(shown([same, old]) == .set(.text("1001")))
        #expect(shown([late, old, same]) == .set(.text("5")))
        #expect(shown([wanted, late]) == .clear, "one that has no number yet is the newest")
    }
}
