import CanonicalModel
import ConnectorKit
import HubSpot
import SyncCore
import Testing

@Suite("What HubSpot's objects say") struct HubSpotObservingTests {
    private func observe(_ object: NativeObject, _ entity: EntityKind) throws -> Observation {
        try #require(HubSpotFixture.connector().observe(object).first { $0.entity == entity })
    }

    @Test("A company is a customer with trimmed values, its first contact and the id that it bears (R2.6, R2.15)")
    func company() throws {
        let customer = try observe(HubSpotFixture.company, .customer)
        #expect(customer.fields["name"] == .set(.text("Miller Family")))
        #expect(customer.fields["website"] == .clear)
        #expect(customer.externalID == CanonicalID("01a1fb67-1800-7000-8000-000000000001"))
        #expect(
            customer.fields["primary_contact"]
                == .set(.reference(.native(NativeReference(type: "contact", id: "201"), .contact))))
        #expect(customer.fields["balance"] == .set(.money(Money(minorUnits: 12_050, currency: .usd))))
        #expect(customer.modifiedAt == Instant("2026-03-02T15:00:00Z"))
    }

    @Test("The contact with the billing label is the one for invoices, and the first other one is for service (R2.7)")
    func billingContact() throws {
        func contacts(_ ids: [String], _ labels: [String: [String]], overlay: JSONValue = [:]) throws -> [PatchValue?] {
            let object = HubSpotFixture.object("company", "101", [:], with: ["contact": ids], labels: labels)
            let observed = try HubSpotFixture.connector(overlay: overlay).observe(object)
            let customer = try #require(observed.first { $0.entity == .customer })
            return [customer.fields["primary_contact"], customer.fields["billing_contact"]]
        }
        func contact(_ id: String) -> PatchValue {
            .set(.reference(.native(NativeReference(type: "contact", id: id), .contact)))
        }
        let label = ["Primary", "Billing Contact"]
        #expect(try contacts(["201", "202", "203"], ["201": label]) == [contact("202"), contact("201")])
        #expect(try contacts(["201", "202"], ["202": label]) == [contact("201"), contact("202")])
        #expect(try contacts(["201"], ["201": label]) == [contact("201"), contact("201")])
        #expect(try contacts(["201", "202"], ["201": ["Primary"]]) == [contact("201"), .clear])
        #expect(try contacts([], [:]) == [.clear, .clear])
        let overlay: JSONValue = ["billing_label": "Accounts payable"]
        #expect(
            try contacts(["201", "202"], ["201": ["accounts payable"], "202": label], overlay: overlay)
                == [contact("202"), contact("201")])
    }

    @Test("A company's address is its site, too (R1.11)")
    func companySite() throws {
        let site = try observe(HubSpotFixture.company, .site)
        guard case .set(.address(let address)) = site.fields["address"] else {
            Issue.record("no address")
            return
        }
        #expect(address.city == "Chicago")
        #expect(
            site.fields["customer"]
                == .set(.reference(.native(NativeReference(type: "company", id: "101"), .customer))))
    }

    @Test("A deal is a sale with the stages that it has passed, and a job in its own properties (R3.1, R4.2)")
    func deal() throws {
        let sale = try observe(HubSpotFixture.deal, .opportunity)
        #expect(sale.fields["stage"] == .set(.choice("proposed")))
        #expect(
            sale.fields["stage_history"]
                == .set(
                    .history([
                        StatusStep("qualified", at: Instant("2026-02-01T10:00:00Z")!),
                        StatusStep("proposed", at: Instant("2026-03-01T10:00:00Z")!),
                    ])))
        #expect(sale.fields["site"] == .set(.reference(.native(NativeReference(type: "company", id: "101"), .site))))
        let job = try observe(HubSpotFixture.deal, .job)
        #expect(job.fields["crew"] == .set(.texts(["Ann", "Bob"])))
        guard case .set(.appointment(let window)) = job.fields["scheduled_window"] else {
            Issue.record("no window")
            return
        }
        #expect(window.zone == "America/Chicago")
    }

    @Test("An approved quote is an estimate with its lines in order, summed to the cent (R3.2, R3.17)")
    func quote() throws {
        let estimate = try observe(HubSpotFixture.quote, .estimate)
        #expect(estimate.fields["status"] == .set(.choice("approved")))
        #expect(estimate.fields["approved_at"] == .set(.instant(Instant("2026-03-02T09:00:00Z")!)))
        guard case .set(.lines(let lines)) = estimate.fields["lines"] else {
            Issue.record("no lines")
            return
        }
        #expect(lines.map(\.key) == ["501", "502"])
        #expect(estimate.fields["total"] == .set(.money(Money(minorUnits: 95_300, currency: .usd))))
    }

    @Test("A stage or a kind of line that nothing maps is refused and named, not guessed (R5.7, R6.12)")
    func unmapped() throws {
        let deal = HubSpotFixture.object("deal", "1", ["dealstage": "mystery"])
        let fault = try #require(throws: ConnectorFault.self) { try HubSpotFixture.connector().observe(deal) }
        #expect(fault.failureClass == .validation)
        #expect(fault.message.contains("mystery"))
        let quote = HubSpotFixture.object(
            "quote", "1", [:],
            lines: [HubSpotFixture.line("1", "x", quantity: "1", price: "1", kind: "voucher", position: "0")])
        #expect(throws: ConnectorFault.self) { try HubSpotFixture.connector().observe(quote) }
    }

    @Test("A price with a fraction of a cent is refused, not rounded (R6.16)")
    func fraction() throws {
        let quote = HubSpotFixture.object(
            "quote", "1", [:],
            lines: [HubSpotFixture.line("1", "x", quantity: "1", price: "1.005", kind: "part", position: "0")])
        #expect(throws: ConnectorFault.self) { try HubSpotFixture.connector().observe(quote) }
    }

    @Test("Observing twice gives the same")
    func twice() throws {
        let connector = try HubSpotFixture.connector()
        for object in [HubSpotFixture.company, HubSpotFixture.deal, HubSpotFixture.quote] {
            #expect(try connector.observe(object) == connector.observe(object))
        }
    }

    @Test("An overlay with faults names all of them")
    func overlay() throws {
        let faults = try #require(throws: DeclarationFaults.self) {
            try HubSpotFixture.connector(overlay: [
                "stages": ["a": "nowhere", "b": "won"], "won_stage": "c", "colour": "red",
            ])
        }
        #expect(faults.faults.count == 3)
    }
}
