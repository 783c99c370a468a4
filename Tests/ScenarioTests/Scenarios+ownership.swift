import Foundation
import IntegrationSupport
import Postgres
import SandboxKit
import SandboxSupport
import SystemSupport
import Testing

@testable import Story

extension Scenarios {
    @Suite("Who owns what") struct Ownership {
        @Test(
            """
            R2.3, R2.4, R2.5, R24.6: of what a crew edits only delivery notes reach the CRM; of two changes within the window \
            the owner's wins, and both are on record with times and actors
            """)
        func contact() async throws {
            let scene = try Scene()
            let sale = try await scene.sale("Gutter repair")
            let work = try await sale.sell()
            try await scene.rest()
            let contact = work.lead.contact
            // Within minutes: sales corrects the first name, the crew writes another one; both write delivery notes.
            try await scene.setup.sales.update(
                "contacts", contact, ["firstname": "Alexandra", "plumbline_delivery_notes": "Ring at the office"])
            try await eventually("the CRM's name is in the field") {
                try await scene.setup.field.client(work.client)["firstName"].text == "Alexandra"
            }
            try await scene.setup.field.rename(work.client, firstName: "Sascha", by: "sam")
            try await scene.setup.field.write(
                "Gate code 4411", in: "Delivery notes", ofClient: work.client, by: "sam")
            try await scene.sees("contacts", contact, "plumbline_delivery_notes", "Gate code 4411")
            try await eventually("the CRM's name is put back in the field") {
                try await scene.setup.field.client(work.client)["firstName"].text == "Alexandra"
            }
            try await scene.rest()
            try await scene.sees("contacts", contact, "firstname", "Alexandra")
            try await scene.sees("contacts", contact, "lastname", sale.cast.lastName)
            try await scene.sees("contacts", contact, "email", sale.cast.email)
            let record = try await scene.record("hubspot", contact, "contact")
            let decisions = try await scene.texts(
                """
                select convert_from(body, 'UTF8') from audit
                where record = \(record)::uuid and kind = 'decided' and convert_from(body, 'UTF8') like '%Sascha%'
                """)
            #expect(decisions.contains { $0.contains("Alexandra") && $0.contains("conflict") && $0.contains("window") })
        }

        @Test(
            "R2.11, R25.1: a phone number that the field corrects is a proposal, and the CRM's stays until it is decided"
        )
        func phone() async throws {
            let scene = try Scene()
            let sale = try await scene.sale("Sump pump")
            let work = try await sale.sell()
            try await scene.rest()
            let contact = try await scene.record("hubspot", work.lead.contact, "contact")
            try await scene.setup.field.correctPhone(of: work.client, to: "(303) 555-0100", by: "sam")
            try await eventually("a proposal") {
                try await scene.proposals(of: contact) == ["contact_proposal phone"]
            }
            try await scene.rest()
            try await scene.sees("contacts", work.lead.contact, "phone", sale.cast.phone)
            let shown = try await scene.setup.field.client(work.client)["phones"][0]["number"].text
            #expect(shown == "(303) 555-0100")
        }

        @Test(
            """
            R4.2, R4.3, R4.4, R22.7: a new time from dispatch shows in the CRM; a time that sales writes is a request and moves \
            no visit
            """)
        func schedule() async throws {
            let scene = try Scene()
            let work = try await scene.sale("Leaking pipe").sell()
            let visit = try await scene.visit(work, hoursAgo: -20)
            let moved = Date.now.later(26).startOfHour
            try await scene.setup.field.reschedule(visit.id, from: moved, to: moved.later(2))
            try await eventually("the deal shows the new time and the ETA") {
                let deal = try await scene.setup.sales.properties("deals", work.lead.deal)
                return deal["plumbline_scheduled_start"].text?.prefix(16) == moved.minute
                    && deal["plumbline_eta"].text?.prefix(16) == moved.minute
                    && deal["plumbline_crew"].text == "Sam Ortiz"
            }
            try await scene.rest()
            let wish = Date.now.later(50).startOfHour
            try await scene.setup.sales.update(
                "deals", work.lead.deal,
                [
                    "plumbline_scheduled_start": .string(wish.formatted(.iso8601)),
                    "plumbline_scheduled_end": .string(wish.later(2).formatted(.iso8601)),
                ])
            let job = try await scene.record("jobber", work.job, "job")
            try await eventually("the request of sales") {
                try await scene.proposals(of: job) == ["dispatch_change_request scheduled_window"]
            }
            try await scene.rest()
            let shown = try await scene.setup.field.site.record("Visit", visit.id)
            #expect(shown["startAt"].text?.prefix(16) == moved.minute)
        }

        @Test(
            """
            R5.2, R5.3, R5.4, R5.8: each step of the work shows in the CRM, its completion with hours, parts and amount; the CRM \
            cannot close a job, and a late start moves nothing back
            """)
        func status() async throws {
            let scene = try Scene()
            let sale = try await scene.sale("Furnace tune-up")
            let work = try await sale.sell()
            try await scene.deal(work, "plumbline_job_status", "unscheduled")
            let visit = try await scene.visit(work)
            try await scene.deal(work, "plumbline_job_status", "scheduled")
            try await scene.rest()
            try await scene.setup.sales.update("deals", work.lead.deal, ["plumbline_job_status": "completed"])
            try await scene.rest()
            try await scene.deal(work, "plumbline_job_status", "scheduled")
            let before = try await scene.setup.field.job(work.job)
            #expect(before["completedAt"] == .null)

            let start = Date.now.later(-6).startOfHour
            try await scene.setup.field.logTime(visit.id, by: visit.worker, "sam", from: start, to: start.later(1.5))
            try await scene.deal(work, "plumbline_job_status", "started")
            try await scene.setup.field.addLine("sam", to: work.job, QuoteLine("Filter", 2, 12), isPart: true)
            try await scene.setup.field.complete(visit.id, of: work.job, by: "sam")
            try await scene.deal(work, "plumbline_job_status", "completed")
            try await scene.rest()
            let deal = try await scene.setup.sales.properties("deals", work.lead.deal)
            #expect(deal["plumbline_labor_hours"].number == 1.5)
            #expect(deal["plumbline_parts_used"].text?.contains("Filter") == true)
            #expect(deal["plumbline_final_amount"].number == sale.total.amount + 24)

            try await scene.setup.field.logTime(
                visit.id, by: visit.worker, "sam", from: start.later(-1), to: start.later(-0.5))
            try await scene.deal(work, "plumbline_labor_hours", "2")
            try await scene.rest()
            try await scene.deal(work, "plumbline_job_status", "completed")
        }

        @Test(
            """
            R22.6, R3.4, R3.17, R24.3, R24.7: an estimate revised after the site visit changes the one job, and the revised \
            amount is billed
            """)
        func revision() async throws {
            let scene = try Scene()
            let work = try await scene.sale("Heat pump").sell()
            let revised = [QuoteLine("Heat pump, larger", 1, 9400), QuoteLine("Line set", 1, 350)]
            let quote = try await scene.setup.sales.writeQuote(
                work.lead, title: "Heat pump", terms: "Net 15", lines: revised)
            try await scene.setup.sales.approve(quote: quote)
            try await eventually("the job has the revised lines") {
                let job = try await scene.setup.field.job(work.job)
                return job["lineItems"]["nodes"].items.compactMap { $0["name"].text }.sorted()
                    == revised.map(\.name).sorted()
            }
            #expect(try await scene.setup.field.client(work.client)["jobs"]["nodes"].items.count == 1)
            let visit = try await scene.visit(work)
            try await scene.setup.field.complete(visit.id, of: work.job, by: "sam")
            try await scene.deal(work, "plumbline_invoice_total", "9750.00")
        }

        @Test(
            "R3.7, R22.6: an estimate revised while the crew is at work waits for a person, and the approved amount is billed"
        )
        func revisionDuringWork() async throws {
            let scene = try Scene()
            let sale = try await scene.sale("Air handler")
            let work = try await sale.sell()
            let visit = try await scene.visit(work)
            let start = Date.now.later(-6).startOfHour
            try await scene.setup.field.logTime(visit.id, by: visit.worker, "sam", from: start, to: start.later(1))
            try await scene.deal(work, "plumbline_job_status", "started")
            let quote = try await scene.setup.sales.writeQuote(
                work.lead, title: "Air handler", terms: "Net 15", lines: [QuoteLine("Air handler, larger", 1, 7000)])
            try await scene.setup.sales.approve(quote: quote)
            let job = try await scene.record("jobber", work.job, "job")
            try await eventually("the new scope is held") {
                try await scene.proposals(of: job).contains("scope_hold lines")
            }
            try await scene.rest()
            let shown = try await scene.setup.field.job(work.job)["lineItems"]["nodes"].items.compactMap {
                $0["name"].text
            }
            #expect(shown.sorted() == sale.lines.map(\.name).sorted())
            try await scene.setup.field.complete(visit.id, of: work.job, by: "sam")
            _ = try await sale.bill(work, since: .now)
        }

        @Test(
            """
            R13.3, R13.11: all that the vendors have announced of a sale, announced again: nobody is written to, and nothing of \
            ours came back as a foreign change
            """)
        func echo() async throws {
            let scene = try Scene()
            let sale = try await scene.sale("Thermostat")
            let work = try await sale.sell()
            try await scene.rest()
            func writes() async throws -> [Int] {
                [
                    try await scene.writes(scene.system.hubspot, "companies", work.lead.company),
                    try await scene.writes(scene.system.hubspot, "deals", work.lead.deal),
                    try await scene.writes(scene.system.jobber, "Client", work.client),
                    try await scene.writes(scene.system.jobber, "Job", work.job),
                ]
            }
            let before = try await writes()
            // The ids of the customer and of its site, each once.
            #expect(before[0] == 2)
            for vendor in [scene.system.hubspot, scene.system.jobber] {
                try await vendor.control("POST", "webhooks/redeliver", ["copies": 2])
            }
            try await scene.rest()
            #expect(try await writes() == before)
            let backs = try await scene.count(
                """
                select count(*) from proposal p join link l on l.record = p.record
                where l.connection = 'hubspot' and l.native_id = \(work.lead.deal)
                """)
            #expect(backs == 0)
        }
    }
}
