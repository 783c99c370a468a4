import Foundation

/// A new roof for a household, from the lead to the paid invoice.
struct RoofingStory: Sendable {
    let setup: LocalSetup
    let narrator: Narrator

    private static let title = "Roof replacement"

    @discardableResult
    func play() async throws -> SaleStory.Work {
        let cast = Cast.household(unlike: try await setup.sales.customers())
        narrator.begin("Roofing: \(Self.title.lowercased()) for \(cast.customer)")
        let sale = SaleStory(
            setup: setup, narrator: narrator, cast: cast, title: Self.title,
            lines: [
                QuoteLine("Tear off and haul away the old roof", 1, 2800),
                QuoteLine("Architectural shingles, per square", 24, 365),
                QuoteLine("Ridge vent and flashing", 1, 840),
            ], terms: "Workmanship warranty: 10 years", requirements: "Dog in the yard; park on the street")
        let work = try await sale.sell()
        let visit = try await schedule(work)
        try await workOnSite(work, visit)
        let closed = try await close(work, visit)
        let invoice = try await sale.bill(work, since: closed)
        try await sale.pay(invoice, of: work)
        try await sayWhoIsWho(cast, work)
        return work
    }

    private var crew: [(first: String, last: String)] { [("Sam", "Ortiz"), ("Lena", "Park")] }

    private func schedule(_ work: SaleStory.Work) async throws -> String {
        var ids: [String] = []
        for worker in crew { ids.append(try await setup.field.worker(worker.first, worker.last)) }
        let hour = Date.now.addingTimeInterval(-8 * 3600).startOfHour
        let (visit, cause) = try await narrator.act(
            "Oscar (dispatch) plans the visit in Jobber: Sam Ortiz and Lena Park, \(hour.clock) to \(hour.later(7).clock)."
        ) {
            try await setup.field.schedule(
                work.job, title: Self.title, from: hour, to: hour.later(7), crew: ids)
        }
        try await narrator.see("visit and crew on the deal", in: "HubSpot", since: cause, record: work.sharedID) {
            let deal = try await setup.sales.properties("deals", work.lead.deal)
            guard deal["plumbline_scheduled_start"].text?.prefix(16) == hour.minute,
                deal["plumbline_eta"].text?.prefix(16) == hour.minute
            else {
                return Sighting<Void>.notYet("scheduled from \(deal["plumbline_scheduled_start"].text ?? "nothing")")
            }
            return .there(
                (),
                "the deal is \(deal["plumbline_job_status"].text ?? ""), crew \(SaleStory.crew(of: deal)), "
                    + "ETA \(hour.clock)")
        }
        return visit
    }

    private func workOnSite(_ work: SaleStory.Work, _ visit: String) async throws {
        let text = "Deliver shingles to the back alley; gate code 4411"
        let before = try await setup.sales.properties("contacts", work.lead.contact)
        let noted = try await narrator.act("Sam (on site) writes a delivery note in Jobber: \"\(text)\".") {
            try await setup.field.write(text, in: "Delivery notes", ofClient: work.client, by: "sam")
        }
        try await narrator.see("the delivery note", in: "HubSpot", since: noted, record: work.sharedID) {
            let contact = try await setup.sales.properties("contacts", work.lead.contact)
            guard contact["plumbline_delivery_notes"].text == text else {
                return Sighting<Void>.notYet(told(contact["plumbline_delivery_notes"]))
            }
            for name in ["firstname", "lastname", "phone", "email"] where contact[name] != before[name] {
                return .notYet("the contact's \(name) has changed")
            }
            return .there((), "the contact has the delivery note; name, phone and e-mail are untouched")
        }
        let sam = try await setup.field.worker("Sam", "Ortiz")
        let start = Date.now.addingTimeInterval(-8 * 3600).startOfHour
        let began = try await narrator.act("Sam notes 6.5 hours of work in Jobber.") {
            try await setup.field.logTime(
                visit, by: sam, "sam", from: start, to: start.addingTimeInterval(6.5 * 3600))
        }
        try await narrator.see("the job as started", in: "HubSpot", since: began, record: work.sharedID) {
            let deal = try await setup.sales.properties("deals", work.lead.deal)
            guard deal["plumbline_job_status"].text == "started", let hours = deal["plumbline_labor_hours"].text else {
                return Sighting<Void>.notYet(told(deal["plumbline_job_status"]))
            }
            return .there((), "the deal shows the job as started, \(hours) hours worked")
        }
    }

    private func close(_ work: SaleStory.Work, _ visit: String) async throws -> ContinuousClock.Instant {
        let closed = try await narrator.act("Sam notes the parts used and a remark, and closes the job in Jobber.") {
            try await setup.field.addLine("sam", to: work.job, QuoteLine("Underlayment roll", 3, 0), isPart: true)
            try await setup.field.note("sam", at: work.job, "New roof is on; two sheets of decking replaced")
            try await setup.field.complete(visit, of: work.job, by: "sam")
        }
        try await narrator.see("the job as completed", in: "HubSpot", since: closed, record: work.sharedID) {
            let deal = try await setup.sales.properties("deals", work.lead.deal)
            guard deal["plumbline_job_status"].text == "completed", let parts = deal["plumbline_parts_used"].text else {
                return Sighting<Void>.notYet(told(deal["plumbline_job_status"]))
            }
            return .there((), "the deal shows the job as completed; parts used: \(parts)")
        }
        try await narrator.see("the deal as won", in: "HubSpot", since: closed, record: work.sharedID) {
            let deal = try await setup.sales.properties("deals", work.lead.deal)
            let company = try await setup.sales.properties("companies", work.lead.company)
            guard deal["dealstage"].text == "closedwon", let served = company["plumbline_last_service_at"].text else {
                return Sighting<Void>.notYet("the deal is in \(deal["dealstage"].text ?? "no stage")")
            }
            return .there((), "the deal is closed won; the company was last served on \(served.prefix(10))")
        }
        return closed
    }

    private func sayWhoIsWho(_ cast: Cast, _ work: SaleStory.Work) async throws {
        let clients = try await setup.field.clients(named: cast.customer).count
        let customers = try await setup.books.customers(named: cast.customer).count
        guard clients == 1, customers == 1 else {
            throw Disappointment(
                awaited: "one customer everywhere", system: "Jobber and QuickBooks",
                instead: "\(clients) clients, \(customers) customers", record: work.sharedID)
        }
        narrator.remark("One customer everywhere, tied by \(work.sharedID)")
    }

    private func told(_ value: JSON) -> String { value.text ?? "nothing" }
}
