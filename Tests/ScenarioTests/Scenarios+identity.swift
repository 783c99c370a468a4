import Foundation
import IntegrationSupport
import Postgres
import SandboxKit
import SandboxSupport
import SystemSupport
import Testing

@testable import Story

extension Scenarios {
    @Suite("Who is who") struct Identity {
        @Test(
            """
            R24.1, R12.1: a customer that field service has typed in under the shared id is the CRM's: the sale adds no second \
            client, and nothing of the CRM's is overwritten
            """)
        func typedInBefore() async throws {
            let scene = try Scene()
            let sale = try await scene.sale("Storm door")
            let lead = try await scene.setup.sales.enterLead(sale.cast, deal: sale.title, requirements: "")
            let sharedID = try await scene.sharedID(ofCompany: lead.company)
            // In another spelling: not the name makes it the same.
            let spelling = sale.cast.customer.uppercased() + " & Co"
            let client = try await scene.setup.field.typeIn(spelling, sharedID: sharedID, by: "oscar")
            try await scene.rest()
            #expect(try await scene.record("jobber", client, "customer") == sharedID)
            let quote = try await scene.setup.sales.writeQuote(
                lead, title: sale.title, terms: sale.terms, lines: sale.lines)
            try await scene.setup.sales.approve(quote: quote)
            try await eventually("the job is at the client that was typed in") {
                try await scene.setup.field.client(client)["jobs"]["nodes"].items.count == 1
            }
            try await scene.rest()
            #expect(try await scene.setup.field.client(client)["companyName"].text == sale.cast.customer)
            #expect(try await scene.setup.field.clients(named: sale.cast.customer).count == 1)
            try await scene.sees("companies", lead.company, "name", sale.cast.customer)
            let places = try await scene.texts(
                """
                select connection from link where record = \(sharedID)::uuid and entity = 'customer' and state = 'active'
                order by 1
                """)
            #expect(places == ["hubspot", "jobber"])
        }

        @Test(
            """
            R24.1, R12.4: a customer that is typed in again after the sale, with the shared id copied or without one, is never \
            joined by itself: the copied id is a question, and job and bill stay with the first
            """)
        func typedInAgain() async throws {
            let scene = try Scene()
            let sale = try await scene.sale("Porch light")
            let work = try await sale.sell()
            try await scene.rest()
            let copy = try await scene.setup.field.typeIn(sale.cast.customer, sharedID: work.sharedID, by: "oscar")
            let bare = try await scene.setup.field.typeIn(sale.cast.customer, by: "oscar")
            try await eventually("the copied id is a question") {
                try await scene.proposals(of: work.sharedID) == ["double_link external_id"]
            }
            try await scene.rest()
            let records = [
                try await scene.record("jobber", work.client, "customer"),
                try await scene.record("jobber", copy, "customer"), try await scene.record("jobber", bare, "customer"),
            ]
            #expect(records[0] == work.sharedID)
            #expect(Set(records).count == 3)
            // Each bears an id of its own by now, so that it is not asked twice.
            for (client, record) in zip([work.client, copy, bare], records) {
                let shown = FieldOffice.customField(
                    "Plumbline id", of: try await scene.setup.field.client(client))
                #expect(shown == record)
            }
            try await scene.sees("companies", work.lead.company, "name", sale.cast.customer)
            #expect(try await scene.setup.sales.customers().count { $0 == sale.cast.customer } == 1)

            let visit = try await scene.visit(work)
            try await scene.setup.field.complete(visit.id, of: work.job, by: "sam")
            _ = try await sale.bill(work, since: .now)
            for client in [copy, bare] {
                #expect(try await scene.setup.field.client(client)["jobs"]["nodes"].items.isEmpty)
            }
        }

        @Test(
            """
            R24.2, R2.7: the contact for invoices and the one for service are two: only the latter is the client's main \
            contact, and neither's changes reach the other
            """)
        func billingContact() async throws {
            let scene = try Scene()
            let sale = try await scene.sale("Wall oven")
            let people = try await scene.twoContacts(sale)
            let sharedID = try await scene.sharedID(ofCompany: people.lead.company)
            let quote = try await scene.setup.sales.writeQuote(
                people.lead, title: sale.title, terms: sale.terms, lines: sale.lines)
            try await scene.setup.sales.approve(quote: quote)
            let client = try await eventually("the client with its service contact") {
                let found = try await scene.setup.field.clients(named: sale.cast.customer).first
                return found?["firstName"].text == "Sam" ? found?["id"].text : nil
            }
            try await scene.rest()
            for (field, contact) in [("primary_contact", people.service), ("billing_contact", people.billing)] {
                let record = try await scene.record("hubspot", contact, "contact")
                let refers = try await scene.texts(
                    """
                    select parent::text from record_reference where child = \(sharedID)::uuid and field = \(field)
                    """)
                #expect(refers == [record], "\(field)")
            }

            try await scene.setup.sales.update(
                "contacts", people.billing, ["firstname": "Bettina", "phone": "+1 303 555 0199"])
            try await scene.setup.sales.update("contacts", people.service, ["firstname": "Samuel"])
            try await eventually("the service contact's new name is in the field") {
                try await scene.setup.field.client(client)["firstName"].text == "Samuel"
            }
            try await scene.rest()
            let shown = try await scene.setup.field.client(client)
            #expect(shown["firstName"].text == "Samuel")
            #expect(shown["phones"].items.compactMap { $0["number"].text } == [sale.cast.phone])

            // What the crew corrects is asked of the one whom it concerns.
            try await scene.setup.field.correctPhone(of: client, to: "(303) 555-0123", by: "sam")
            let service = try await scene.record("hubspot", people.service, "contact")
            try await eventually("a proposal") {
                try await scene.proposals(of: service) == ["contact_proposal phone"]
            }
            try await scene.rest()
            let billing = try await scene.record("hubspot", people.billing, "contact")
            #expect(try await scene.proposals(of: billing).isEmpty)
            try await scene.sees("contacts", people.billing, "firstname", "Bettina")
            try await scene.sees("contacts", people.billing, "phone", "+1 303 555 0199")
            try await scene.sees("contacts", people.service, "phone", sale.cast.phone)
        }

        @Test(
            """
            R24.2, R2.7: who turns out after the sale to be the contact for invoices makes room for the one for service, \
            and takes nothing along
            """)
        func billingContactNamedLater() async throws {
            let scene = try Scene()
            let sale = try await scene.sale("Gas range")
            let label = try await scene.billingLabel()
            let people = try await scene.setup.sales.enterTwoContacts(sale)
            let quote = try await scene.setup.sales.writeQuote(
                people.lead, title: sale.title, terms: sale.terms, lines: sale.lines)
            try await scene.setup.sales.approve(quote: quote)
            let client = try await eventually("the client with the contact that was entered first") {
                let found = try await scene.setup.field.clients(named: sale.cast.customer).first
                return found?["firstName"].text == "Betty" ? found?["id"].text : nil
            }
            try await scene.rest()
            let billing = try await scene.record("hubspot", people.billing, "contact")
            #expect(try await scene.record("jobber", client, "contact") == billing)

            try await scene.setup.sales.label(contact: people.billing, of: people.lead.company, label)
            try await eventually("the client shows its service contact") {
                let shown = try await scene.setup.field.client(client)
                return shown["firstName"].text == "Sam"
                    && shown["phones"].items.compactMap { $0["number"].text } == [sale.cast.phone]
            }
            try await scene.rest()
            let service = try await scene.record("hubspot", people.service, "contact")
            #expect(try await scene.record("jobber", client, "contact") == service)
            // Neither of them was told what the other's values are, and nobody is asked anything.
            for record in [billing, service] { #expect(try await scene.proposals(of: record).isEmpty) }
            try await scene.sees("contacts", people.billing, "firstname", "Betty")

            try await scene.setup.sales.update("contacts", people.billing, ["firstname": "Bettina"])
            try await scene.setup.sales.update("contacts", people.service, ["firstname": "Samuel"])
            try await eventually("the service contact's new name is in the field") {
                try await scene.setup.field.client(client)["firstName"].text == "Samuel"
            }
            try await scene.rest()
            #expect(try await scene.setup.field.client(client)["firstName"].text == "Samuel")
            let letters = try await scene.count(
                "select count(*) from dead_letter where record in (\(billing)::uuid, \(service)::uuid)")
            #expect(letters == 0)
        }
    }
}

extension Scene {
    /// The id that the systems share, once the CRM shows it.
    fileprivate func sharedID(ofCompany company: String) async throws -> String {
        try await eventually("the company has its id") {
            try await setup.sales.properties("companies", company)["plumbline_id"].text
        }
    }

    /// Enters a lead whose first contact is the one for invoices, by its label, and whose second one is for service.
    fileprivate func twoContacts(
        _ sale: SaleStory
    ) async throws -> (lead: Lead, billing: String, service: String) {
        try await setup.sales.enterTwoContacts(sale, label: try await billingLabel())
    }

    /// The number of the label of a company's contact for invoices, made where there is none.
    fileprivate func billingLabel() async throws -> Int {
        let path = "/crm/v4/associations/companies/contacts/labels"
        let known = try await system.hubspot.send("GET", path)
        let label = known.json["results"]?.arrayValue?.first { $0["label"]?.stringValue == "Billing contact" }
        if let kind = label?["typeId"]?.intValue { return kind }
        let made = try await system.hubspot.send(
            "POST", path, ["label": "Billing contact", "name": "billing_contact"])
        return try #require(
            made.json["results"]?.arrayValue?.first?["typeId"]?.intValue, "\(made.status) \(made.json)")
    }
}
