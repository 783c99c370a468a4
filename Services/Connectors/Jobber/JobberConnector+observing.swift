import CanonicalModel
public import ConnectorKit
public import SyncCore

extension JobberConnector {
    /// What an object says of the entities that it stands for.
    public func observe(_ object: NativeObject) throws(ConnectorFault) -> [Observation] {
        guard let type = JobberType(rawValue: object.reference.type) else { return [] }
        let reader = JobberObject(object, declaration: declaration, fields: fields)
        switch type {
        case .client: return [customer(reader), contact(reader)]
        case .property: return [site(reader)]
        case .job: return [try job(reader)]
        case .visit: return [appointment(reader)]
        case .timeEntry: return timeEntry(reader)
        }
    }

    private func customer(_ client: JobberObject) -> Observation {
        let company = client.body["companyName"].string ?? ""
        let person = [client.body["firstName"].string, client.body["lastName"].string]
            .compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: " ")
        var patch: Patch = [
            "name": JobberObject.text(company.isEmpty ? person : company),
            "kind": .set(.choice(client.body["isCompany"].bool == true ? "company" : "person")),
            "billing_address": client.address("billingAddress"),
        ]
        if client.externalID(of: .customer) == nil {
            // Until the client is known as ours, its phone and e-mail help to find whose it is; later they are the
            // main contact's.
            patch["phone"] = JobberMethods.phone(in: client.body)
            patch["email"] = JobberMethods.email(in: client.body)
        }
        return client.observation(.customer, fields: patch)
    }

    private func contact(_ client: JobberObject) -> Observation {
        client.observation(
            .contact,
            fields: [
                "customer": .set(.reference(.native(client.native, .customer))),
                "first_name": client.text("firstName"),
                "last_name": client.text("lastName"),
                "phone": JobberMethods.phone(in: client.body),
                "mobile": JobberMethods.mobile(in: client.body),
                "email": JobberMethods.email(in: client.body),
            ])
    }

    private func site(_ property: JobberObject) -> Observation {
        property.observation(
            .site,
            fields: [
                "customer": property.reference("client", .client, .customer),
                "name": property.text("name"),
                "address": property.address("address"),
            ])
    }

    private func job(_ job: JobberObject) throws(ConnectorFault) -> Observation {
        let body = job.body
        let state = JobberJobState(body)
        let lines = try lines(of: job)
        let ours = lines.filter(\.isOurs).sorted { ($0.position ?? 0) < ($1.position ?? 0) }.map(\.line)
        let added = lines.filter { !$0.isOurs }.map(\.line)
        let texts = JobberInstructions.split(body["instructions"].string ?? "")
        let isDone = JobberObject.instant(body["completedAt"]) != nil
        let history = state.history
        return job.observation(
            .job,
            fields: [
                "customer": job.reference("client", .client, .customer),
                "site": job.reference("property", .property, .site),
                "number": body["jobNumber"].int.map { .set(.text(String($0))) } ?? .clear,
                "title": job.text("title"),
                "description": JobberObject.text(texts.scope),
                "instructions": JobberObject.text(texts.crew),
                "lines": Self.list(ours),
                "on_site_lines": Self.list(added.filter { $0.kind != .part }),
                "parts_used": Self.list(added.filter { $0.kind == .part }),
                "status": .set(.choice(state.status)),
                "status_history": history.isEmpty ? .clear : .set(.history(history)),
                "scheduled_window": state.visit.map { job.window(of: $0) } ?? .clear,
                "eta": isDone ? .clear : state.visit.map { JobberObject.eta(of: $0) } ?? .clear,
                "crew": state.visit.map { JobberObject.crew(of: $0) } ?? .clear,
                "labor_hours": .set(.quantity(state.hours)),
                "completed_at": job.instant("completedAt"),
                "completion_notes": isDone ? Self.notes(of: body) : .clear,
                "final_amount": isDone
                    ? JobberObject.money(body["total"], job.currency).map { .set(.money($0)) } ?? .clear : .clear,
            ])
    }

    private func lines(of job: JobberObject) throws(ConnectorFault) -> [JobberLine] {
        var lines: [JobberLine] = []
        for node in job.body["lineItems"]["nodes"].array ?? [] {
            guard let line = JobberLine(node, currency: job.currency) else {
                throw ConnectorFault(
                    .validation, code: "line_amount",
                    message: "line item \(node["id"].string ?? "?") of \(job.native) has a quantity or a price that is "
                        + "no amount of \(job.currency)",
                    fix: "correct quantity and price of the line item in Jobber", fields: ["lines"])
            }
            lines.append(line)
        }
        return lines
    }

    private func appointment(_ visit: JobberObject) -> Observation {
        let isScheduled = JobberObject.instant(visit.body["startAt"]) != nil
        let isDone = JobberJobState.isComplete(visit.body)
        return visit.observation(
            .appointment,
            fields: [
                "job": visit.reference("job", .job, .job),
                "title": visit.text("title"),
                "instructions": visit.text("instructions"),
                "window": visit.window(of: visit.body),
                "eta": isDone ? .clear : JobberObject.eta(of: visit.body),
                "crew": JobberObject.crew(of: visit.body),
                "status": .set(.choice(isDone ? "completed" : isScheduled ? "scheduled" : "unscheduled")),
                "completed_at": visit.instant("completedAt"),
            ])
    }

    /// Time for no job (driving, the office) is none of ours.
    private func timeEntry(_ entry: JobberObject) -> [Observation] {
        let job = entry.reference("job", .job, .job)
        guard job != .clear else { return [] }
        let isTicking = entry.body["ticking"].bool == true
        return [
            entry.observation(
                .timeEntry,
                fields: [
                    "job": job,
                    "appointment": entry.reference("visit", .visit, .appointment),
                    "technician": JobberObject.text(entry.body["user"]["name"]["full"].string),
                    "started_at": entry.instant("startAt"),
                    "ended_at": isTicking ? .clear : entry.instant("endAt"),
                    // A running clock has another duration at every look.
                    "duration": isTicking
                        ? .clear : entry.body["finalDuration"].int.map { .set(.integer($0)) } ?? .clear,
                    "labor_rate": JobberObject.money(entry.body["labourRate"], entry.currency)
                        .map { .set(.money($0)) } ?? .clear,
                    "approved": .set(.flag(entry.body["approved"].bool == true)),
                    "notes": entry.text("note"),
                ])
        ]
    }

    private static func list(_ lines: [LineItem]) -> PatchValue { lines.isEmpty ? .clear : .set(.lines(lines)) }

    /// What the crew wrote at the job, oldest first.
    private static func notes(of job: JSONValue) -> PatchValue {
        let notes = (job["notes"]["nodes"].array ?? []).compactMap { note -> (at: String, text: String)? in
            guard let text = note["message"].string, !text.isEmpty else { return nil }
            return (note["createdAt"].string ?? "", text)
        }
        return JobberObject.text(notes.sorted { $0.at < $1.at }.map(\.text).joined(separator: "\n"))
    }
}
