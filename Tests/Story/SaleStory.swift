import Foundation

/// The chapters that both stories have, from the quote to the payment.
struct SaleStory: Sendable {
    let setup: LocalSetup
    let narrator: Narrator
    let cast: Cast
    /// What is sold, by its title.
    let title: String
    let lines: [QuoteLine]
    let terms: String
    let requirements: String

    var total: Dollars { QuoteLine.total(lines) }

    /// What the story has got so far.
    struct Work: Sendable {
        let lead: Lead
        let quote: String
        /// The customer's id that all systems share.
        let sharedID: String
        let client: String
        let job: String
        let jobNumber: String
    }

    /// From the lead to the job: one client, one property and one job in field service.
    func sell() async throws -> Work {
        let lead = try await enterLead()
        let sharedID = lead.sharedID
        let quote = try await narrator.act("Maria writes a quote: \(lines.count) lines, \(total).") {
            try await setup.sales.writeQuote(lead.lead, title: title, terms: terms, lines: lines)
        }.value
        guard try await setup.field.clients(named: cast.customer).isEmpty else {
            throw Disappointment(
                awaited: "no client before the sale: a lead stays in the CRM", system: "Jobber",
                instead: "there is a client \(cast.customer)", record: sharedID)
        }
        narrator.remark("Jobber: no client yet; a lead stays in the CRM")

        let approved = try await narrator.act("\(cast.firstName) \(cast.lastName) signs; the quote is approved.") {
            try await setup.sales.approve(quote: quote)
        }
        let client = try await narrator.see(
            "the client \(cast.customer)", in: "Jobber", since: approved, record: sharedID
        ) {
            try await sightClient(sharedID)
        }
        let job = try await narrator.see(
            "one job \"\(title)\" with \(lines.count) lines over \(total)", in: "Jobber", since: approved,
            record: sharedID
        ) { try await sightJob(of: client) }
        try await narrator.see("the job's number on the deal", in: "HubSpot", since: approved, record: sharedID) {
            let deal = try await setup.sales.properties("deals", lead.lead.deal)
            guard deal["plumbline_job_number"].text == job.number else {
                return Sighting<Void>.notYet(told("job number", deal["plumbline_job_number"]))
            }
            return .there((), "the deal shows job #\(job.number), \(deal["plumbline_job_status"].text ?? "no status")")
        }
        return Work(
            lead: lead.lead, quote: quote, sharedID: sharedID, client: client, job: job.id, jobNumber: job.number)
    }

    private func enterLead() async throws -> (lead: Lead, sharedID: String) {
        let (lead, cause) = try await narrator.act(
            "Maria (sales) enters a lead in HubSpot: \(cast.customer), \(cast.street); "
                + "\(cast.firstName) \(cast.lastName), \(cast.phone); \"\(title)\"."
        ) { try await setup.sales.enterLead(cast, deal: title, requirements: requirements) }
        let sharedID = try await narrator.see("an id that all systems will share", in: "HubSpot", since: cause) {
            let company = try await setup.sales.properties("companies", lead.company)
            guard let id = company["plumbline_id"].text else {
                return Sighting<String>.notYet("the company has no plumbline_id")
            }
            return .there(id, "the company bears the id that all systems will share: \(id)")
        }
        return (lead, sharedID)
    }

    private func sightClient(_ sharedID: String) async throws -> Sighting<String> {
        let found = try await setup.field.clients(named: cast.customer)
        guard let client = found.first, let id = client["id"].text else { return .notYet("no client of that name") }
        guard found.count == 1 else { return .notYet("\(found.count) clients of that name") }
        guard FieldOffice.customField("Plumbline id", of: client) == sharedID else {
            return .notYet(
                "the client bears another id: \(FieldOffice.customField("Plumbline id", of: client) ?? "none")")
        }
        let person = [client["firstName"].text, client["lastName"].text].compactMap { $0 }.joined(separator: " ")
        let phone = client["phones"].items.first { $0["primary"].isTrue }?["number"].text
        guard let phone, person == "\(cast.firstName) \(cast.lastName)" else {
            return .notYet("the client has the contact '\(person)' and the phone '\(phone ?? "")'")
        }
        return .there(id, "client \(cast.customer) with \(person), \(phone), under the same id")
    }

    private func sightJob(of client: String) async throws -> Sighting<(id: String, number: String)> {
        let jobs = try await setup.field.client(client)["jobs"]["nodes"].items
        guard let id = jobs.first?["id"].text else { return .notYet("the client has no job") }
        guard jobs.count == 1 else { return .notYet("the client has \(jobs.count) jobs") }
        let job = try await setup.field.job(id)
        let found = job["lineItems"]["nodes"].items.count
        guard let sum = job["total"].number.map(Dollars.init), sum == total, found == lines.count else {
            return .notYet("a job with \(found) lines over \(Dollars(job["total"].number ?? 0))")
        }
        let number = job["jobNumber"].number.map { "\($0)" } ?? ""
        let place = job["property"]["address"]["street1"].text ?? "no address"
        return .there(
            (id, number),
            "job #\(number) \"\(job["title"].text ?? "")\" for \(cast.customer), \(found) lines, \(sum), at \(place)")
    }

    static func crew(of deal: JSON) -> String {
        deal["plumbline_crew"].text?.replacing(";", with: ", ") ?? "nobody"
    }

    func told(_ what: String, _ value: JSON) -> String { "\(what): \(value.text ?? "nothing")" }
}
