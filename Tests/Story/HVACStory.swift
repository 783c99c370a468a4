import Foundation

/// A rooftop unit for a business: parts arrive late, the technician finds more work, names and numbers change.
struct HVACStory: Sendable {
    let setup: LocalSetup
    let narrator: Narrator

    private static let title = "Rooftop unit replacement"

    @discardableResult
    func play() async throws -> SaleStory.Work {
        let cast = Cast.business(unlike: try await setup.sales.customers())
        narrator.begin("HVAC: \(Self.title.lowercased()) for \(cast.customer)")
        let sale = SaleStory(
            setup: setup, narrator: narrator, cast: cast, title: Self.title,
            lines: [
                QuoteLine("10-ton packaged rooftop unit", 2, 11_450),
                QuoteLine("Crane, per lift", 2, 1250),
                QuoteLine("Duct transition and curb adapter", 2, 980.50),
                QuoteLine("Start-up and balancing", 1, 1600),
            ], terms: "Parts warranty: 5 years; first year of maintenance included",
            requirements: "Roof access through the stairwell; closed on Sundays")
        let work = try await sale.sell()
        let visit = try await scheduleTwice(work)
        let held = try await setup.queue?.proposals(naming: Self.addition).count ?? 0
        try await changeScope(work, visit)
        let closed = try await close(work, visit)
        let invoice = try await sale.bill(work, since: closed)
        narrator.remark("The fan motor is not billed: nobody has approved it")
        try await tellProposal(beyond: held, since: closed)
        try await rename(cast, work)
        try await sale.pay(invoice, of: work)
        return work
    }

    /// What was added on site, by name.
    private static let addition = "Condenser fan motor"

    /// Shows the row by which the added work is held for the office.
    private func tellProposal(beyond held: Int, since cause: ContinuousClock.Instant) async throws {
        guard let queue = setup.queue else { return }
        try await narrator.see("the added work as a proposal", in: "Plumbline", since: cause) {
            let rows = try await queue.proposals(naming: Self.addition)
            guard rows.count > held, let row = rows.last else {
                return Sighting<Void>.notYet("\(rows.count) such proposals")
            }
            let field = "\(row["entity"].text ?? "").\(row["field"].text ?? "")"
            return .there(
                (),
                "proposal \(row["id"].text ?? ""): \(row["kind"].text ?? "") of \(field) from "
                    + "\(row["connection"].text ?? ""), \(row["state"].text ?? ""): \(row["reason"].text ?? "")")
        }
    }

    private func scheduleTwice(_ work: SaleStory.Work) async throws -> String {
        let nina = try await setup.field.worker("Nina", "Brandt")
        // Both days are past, so that the hours of the crew are, too.
        let first = Date.now.later(-33).startOfHour
        let (visit, planned) = try await narrator.act(
            "Oscar (dispatch) plans the visit in Jobber: Nina Brandt, \(first.clock)."
        ) {
            try await setup.field.schedule(work.job, title: Self.title, from: first, to: first.later(8), crew: [nina])
        }
        try await seeWindow(first, work, since: planned)
        let second = Date.now.later(-9).startOfHour
        let moved = try await narrator.act(
            "The curb adapter is late; Oscar moves the visit to \(second.clock)."
        ) { try await setup.field.reschedule(visit, from: second, to: second.later(8)) }
        try await seeWindow(second, work, since: moved)
        return visit
    }

    private func seeWindow(_ start: Date, _ work: SaleStory.Work, since cause: ContinuousClock.Instant) async throws {
        try await narrator.see("the new time and ETA on the deal", in: "HubSpot", since: cause, record: work.sharedID) {
            let deal = try await setup.sales.properties("deals", work.lead.deal)
            guard deal["plumbline_scheduled_start"].text?.prefix(16) == start.minute,
                deal["plumbline_eta"].text?.prefix(16) == start.minute
            else {
                return Sighting<Void>.notYet("scheduled from \(deal["plumbline_scheduled_start"].text ?? "nothing")")
            }
            return .there(
                (), "the deal shows \(start.clock), ETA included, with \(SaleStory.crew(of: deal))")
        }
    }

    private func changeScope(_ work: SaleStory.Work, _ visit: String) async throws {
        let extra = QuoteLine("Condenser fan motor", 1, 485)
        let nina = try await setup.field.worker("Nina", "Brandt")
        let start = Date.now.later(-9).startOfHour
        let added = try await narrator.act(
            "Nina (on site) finds more work and adds it in Jobber: \(extra.name), \(extra.price)."
        ) {
            try await setup.field.logTime(visit, by: nina, "nina", from: start, to: start.later(7.75))
            try await setup.field.addLine("nina", to: work.job, extra, isPart: false)
        }
        try await narrator.see("the added line on the deal", in: "HubSpot", since: added, record: work.sharedID) {
            let deal = try await setup.sales.properties("deals", work.lead.deal)
            guard let lines = deal["plumbline_on_site_lines"].text else {
                return Sighting<Void>.notYet("nothing was added on site")
            }
            return .there((), "the deal shows what was added on site: \(lines)")
        }
    }

    private func close(_ work: SaleStory.Work, _ visit: String) async throws -> ContinuousClock.Instant {
        let closed = try await narrator.act("Nina notes what was done, and closes the job in Jobber.") {
            try await setup.field.note("nina", at: work.job, "Both units run; fan motor replaced, awaiting approval")
            try await setup.field.complete(visit, of: work.job, by: "nina")
        }
        try await narrator.see("the job as completed", in: "HubSpot", since: closed, record: work.sharedID) {
            let deal = try await setup.sales.properties("deals", work.lead.deal)
            guard deal["plumbline_job_status"].text == "completed", let final = deal["plumbline_final_amount"].number
            else { return Sighting<Void>.notYet("the job is \(deal["plumbline_job_status"].text ?? "nowhere")") }
            return .there(
                (),
                "the deal shows the job as completed, \(deal["plumbline_labor_hours"].text ?? "no") hours; "
                    + "by the field the work comes to \(Dollars(final))")
        }
        return closed
    }

    private func rename(_ cast: Cast, _ work: SaleStory.Work) async throws {
        let name = "\(cast.customer) Group"
        let renamed = try await narrator.act("Maria renames the customer in HubSpot: \(name).") {
            try await setup.sales.update("companies", work.lead.company, ["name": .string(name)])
        }
        try await narrator.see("the new name", in: "Jobber", since: renamed, record: work.sharedID) {
            let now = try await setup.field.client(work.client)["companyName"].text ?? "no name"
            return now == name ? .there((), "the client is now \(now)") : .notYet("the client is \(now)")
        }
        try await narrator.see("the new name", in: "QuickBooks", since: renamed, record: work.sharedID) {
            let found = try await setup.books.customers(named: name).count
            return found == 1 ? .there((), "the customer is now \(name)") : .notYet("\(found) customers of that name")
        }
    }
}
