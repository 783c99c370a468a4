import Foundation
import IntegrationSupport
import Postgres
import SandboxKit
import SandboxSupport
import SystemSupport
import Testing

@testable import Story

extension Scenarios {
    @Suite("The main job") struct MainJob {
        @Test(
            """
            R22.1, R24.5, R24.6: residential roofing from the lead to the payment; one customer everywhere, and nothing of the \
            CRM's is overwritten
            """)
        func roofing() async throws {
            let scene = try Scene()
            let work = try await RoofingStory(setup: scene.setup, narrator: scene.narrator).play()
            try await scene.rest()
            let places = try await scene.texts(
                """
                select distinct connection from link where record = \(work.sharedID)::uuid and state = 'active' order by 1
                """)
            #expect(places == ["hubspot", "jobber", "quickbooks"])
            let company = try await scene.setup.sales.properties("companies", work.lead.company)
            #expect(company["plumbline_id"].text == work.sharedID)
            let open = try await scene.count("select count(*) from dead_letter where state = 'open'")
            #expect(open == 0)
            // What was to happen once has happened, and says what came of it.
            let job = try await scene.record("jobber", work.job, "job")
            let effects = try await scene.texts(
                """
                select concat_ws(' ', kind, state, connection, native_id is not null) from effect
                where (cause = \(job)::uuid or result = \(job)::uuid) and (native_id is not null or state <> 'done')
                order by kind
                """)
            #expect(
                effects == [
                    "close_opportunity done hubspot t", "create_invoice done quickbooks t", "create_job done jobber t",
                ])
        }

        @Test(
            """
            R22.2, R3.6, R6.19: HVAC with a late part and a change on site: schedule and ETA in the CRM, an amendment that \
            flags the bill, the approved amount in the ledger, the invoice's number on both sides
            """)
        func hvac() async throws {
            let scene = try Scene()
            let work = try await HVACStory(setup: scene.setup, narrator: scene.narrator).play()
            try await scene.deal(work, "plumbline_billing_hold", "true")
            let job = try await scene.record("jobber", work.job, "job")
            #expect(try await scene.proposals(of: job) == ["amendment on_site_lines"])
            let estimate = try await scene.record("hubspot", work.quote, "estimate")
            let refers = try await scene.count(
                """
                select count(*) from record_reference
                where child = \(job)::uuid and parent = \(estimate)::uuid and field = 'estimate'
                """)
            #expect(refers == 1)
        }

        @Test(
            """
            R3.3, R24.14: the same approval delivered five times, at once and later, to two replicas, and read again: one job
            """)
        func oneJob() async throws {
            let scene = try Scene()
            let sale = try await scene.sale("Boiler exchange")
            let lead = try await scene.setup.sales.enterLead(sale.cast, deal: sale.title, requirements: "")
            let quote = try await scene.setup.sales.writeQuote(
                lead, title: sale.title, terms: sale.terms, lines: sale.lines)
            try await scene.system.hubspot.control(
                "POST", "webhooks/faults", ["kind": "duplicate", "copies": 4, "id": .string(quote), "count": -1])
            try await scene.setup.sales.approve(quote: quote)
            let client = try await eventually("the client") {
                try await scene.setup.field.clients(named: sale.cast.customer).first?["id"].text
            }
            try await scene.rest()
            try await scene.system.hubspot.control("DELETE", "webhooks/faults")
            // Later: all that was ever delivered of the quote, again, and an edit that makes it be read anew.
            let log = try await scene.system.hubspot.control("GET", "webhooks?limit=100000")
            let deliveries = (log["deliveries"]?.arrayValue ?? []).filter { delivery in
                "\(delivery)".contains(quote)
            }.compactMap { $0["deliveryId"]?.intValue }
            #expect(!deliveries.isEmpty)
            for delivery in Set(deliveries) {
                try await scene.system.hubspot.control(
                    "POST", "webhooks/redeliver", ["deliveryId": .int(delivery), "copies": 2])
            }
            try await scene.setup.sales.update("quotes", quote, ["hs_terms": "Net 30"])
            try await scene.rest()
            let jobs = try await scene.setup.field.client(client)["jobs"]["nodes"].items
            #expect(jobs.count == 1)
            #expect(try await scene.setup.field.clients(named: sale.cast.customer).count == 1)
            let job = try await scene.record("jobber", try #require(jobs.first?["id"].text), "job")
            let effects = try await scene.count(
                """
                select count(*) from effect
                where kind = 'create_job' and result = \(job)::uuid and native_id is not null
                """)
            #expect(effects == 1, "where the quote was read before its sale, the sale has a note of the job besides")
        }

        @Test(
            """
            R6.2, R6.3, R6.4, R6.6, R6.8: job close makes one invoice at the approved prices; its number is referred to by job, \
            estimate and customer, and is written once; a part payment shows on both sides
            """)
        func invoice() async throws {
            let scene = try Scene()
            let sale = try await scene.sale("Water heater")
            let work = try await sale.sell()
            let visit = try await scene.visit(work)
            try await scene.setup.field.complete(visit.id, of: work.job, by: "sam")
            let id = try await sale.bill(work, since: .now)
            let invoice = try await scene.setup.books.site.record("Invoice", id)
            let number = try #require(invoice["DocNumber"].text)
            let prices = invoice["Line"].items.compactMap { $0["SalesItemLineDetail"]["UnitPrice"].number }
            #expect(prices == sale.lines.map(\.price.amount))

            let record = try await scene.record("quickbooks", id, "invoice")
            let referring = Set(
                try await scene.texts("select record::text from invoice_reference where invoice = \(record)::uuid"))
            let job = try await scene.record("jobber", work.job, "job")
            let estimate = try await scene.record("hubspot", work.quote, "estimate")
            #expect(referring == [job, estimate, work.sharedID])

            // Others cannot give it another number: the CRM's page is put right.
            try await scene.setup.sales.update("deals", work.lead.deal, ["plumbline_invoice_number": "4711"])
            try await scene.rest()
            try await scene.deal(work, "plumbline_invoice_number", number)

            try await scene.setup.books.site.act(
                "paula", [["action": "payment", "invoice": .string(id), "amount": "100.00"]])
            try await scene.deal(work, "plumbline_invoice_status", "partly_paid")
            try await eventually("the job shows a part payment") {
                FieldOffice.customField("Ledger invoice status", of: try await scene.setup.field.job(work.job))
                    == "partly_paid"
            }
            let deal = try await scene.setup.sales.properties("deals", work.lead.deal)
            #expect(deal["plumbline_invoice_balance"].number == sale.total.amount - 100)

            // And the ledger itself only shows a conflict.
            try await scene.setup.books.site.act(
                "paula",
                [
                    [
                        "action": "update", "type": "Invoice", "id": .string(id),
                        "fields": ["DocNumber": .string("\(number)-B")],
                    ]
                ])
            try await eventually("the second number is a question") {
                try await scene.proposals(of: record).contains("write_once_conflict number")
            }
            try await scene.rest()
            try await scene.deal(work, "plumbline_invoice_number", number)
        }
    }
}
