import SandboxGraphQL
public import SandboxKit
import Synchronization

extension JobberSandbox {
    /// Acts as people do in Jobber's pages, in its app on site, or at the client hub; webhooks go out.
    ///
    /// `{"user"? (id of a user, or any name), "actions": [{"action", "type"?, "id"?, "fields"?}]}`. The actions:
    /// - `create` (the default), `update`, `delete`: a record of `type`, by its raw fields, also those that no mutation sets (time
    ///   sheet entries, payment records);
    /// - `approve`, `request-changes`, `send`, `archive`, `convert`: a quote;
    /// - `complete`, `uncomplete`, `reschedule` (`startAt`, `endAt`), `assign` (`assignedUserIds`): a visit;
    /// - `close`, `reopen`: a job; `add-line-items` (`lineItems`): a job, quote or visit;
    /// - `log-time` (`userId`, `startAt`, `endAt`, `note`): at a job or visit;
    /// - `pay` (`amount`, `kind`): an invoice; `note` (`message`): anything that carries notes;
    /// - `mutate` (`query`, `variables`): any operation of the API;
    /// - `disconnect` (`client`): an app.
    ///
    /// Answers `{"ids": [id]}` in the order of the actions. The first action that fails ends the call with its reason.
    public func act(_ body: JSON) throws -> JSON {
        let user = try body.optionalString("user")
        let viewer = state.withLock { state in
            let known = state.store.record(user, in: "User")?.id ?? state.store.all("User").first?.id
            return JobberViewer(app: "", userID: known, actor: .user(user ?? "office"))
        }
        var ids: [JSON] = []
        for (position, action) in try body.list("actions").enumerated() {
            let verb = try action.optionalString("action") ?? "create"
            let place = "actions[\(position)] \(verb)"
            switch verb {
            case "disconnect": disconnect(try action["fields"]?.optionalString("client") ?? JobberAccount.firstApp)
            case "mutate": ids.append(try mutate(action, viewer, place))
            default:
                let id = try change(as: viewer) { writing throws(SandboxControlError) in
                    try JobberAction(writing: writing, verb: verb, place: place).carryOut(action)
                }
                ids.append(.string(id))
            }
        }
        return ["ids": .array(ids)]
    }

    private func mutate(_ action: JSON, _ viewer: JobberViewer, _ place: String) throws -> JSON {
        let fields = action["fields"] ?? action
        let query = try fields.requiredString("query")
        let variables = fields["variables"].flatMap { GraphQLValue($0).object } ?? [:]
        let operation: BoundOperation
        do throws(GraphQLRefusal) {
            operation = try PreparedDocument(query, schema: schema).bind(variables: variables)
        } catch {
            throw SandboxControlError("\(place): \(error.errors.map(\.message).joined(separator: "; "))")
        }
        let now = stage.clock.now()
        let response = state.withLock { state in
            let writing = JobberWriting(store: state.store, stage: stage, now: now, viewer: viewer, requestID: nil)
            let reading = JobberReading(
                store: state.store, schema: schema, now: now, viewer: viewer, writing: writing)
            let root: JobberObject = operation.operation.kind == .mutation ? .mutation : .query
            return operation.execute(on: root, source: reading)
        }
        return response.value.historyJSON
    }
}

/// One action of a person, on one record.
private struct JobberAction {
    let writing: JobberWriting
    let verb: String
    let place: String

    /// Carries the action out; answers the id of what was made or changed.
    func carryOut(_ action: JSON) throws(SandboxControlError) -> String {
        let fields = GraphQLValue(action["fields"] ?? [:]).object ?? [:]
        let type = action["type"]?.stringValue ?? ""
        if verb == "create" {
            guard JobberSandbox.recordTypes.contains(type) else {
                throw SandboxControlError("\(place): there is no type \(type)")
            }
            let record = writing.make(type, fields)
            writing.announceChange(of: record, "CREATE")
            return record.id
        }
        guard let record = writing.store.record(action["id"]?.stringValue) else {
            throw SandboxControlError("\(place): there is no record \(action["id"]?.stringValue ?? "(id is missing)")")
        }
        do throws(JobberUserErrors) {
            return try carryOut(on: record, fields)
        } catch {
            throw SandboxControlError("\(place): \(error.errors.map(\.message).joined(separator: "; "))")
        }
    }

    private func carryOut(on record: JobberRecord, _ fields: GraphQLObject) throws(JobberUserErrors) -> String {
        switch (verb, record.collection) {
        case ("update", _):
            let isChanged = writing.update(record) { old in for (key, value) in fields { old[key] = value } }
            if isChanged { writing.announceChange(of: record, "UPDATE") }
        case ("delete", _):
            writing.delete(record)
            writing.announceChange(of: record, "DESTROY")
        case ("approve", "Quote"): writing.transition(record, to: "approved")
        case ("request-changes", "Quote"): writing.transition(record, to: "changes_requested")
        case ("send", "Quote"): writing.transition(record, to: "awaiting_response")
        case ("archive", "Quote"): writing.transition(record, to: "archived")
        case ("convert", "Quote"): writing.transition(record, to: "converted")
        case ("complete", "Visit"):
            writing.complete(
                record, at: fields.text("completedAt").flatMap(SandboxInstant.init(iso8601:)) ?? writing.now)
        case ("uncomplete", "Visit"): writing.uncomplete(record)
        case ("reschedule", "Visit"), ("assign", "Visit"):
            if writing.update(record, { $0.copy(["startAt", "endAt", "allDay", "assignedUserIds"], from: fields) }) {
                writing.announceChange(of: record, "UPDATE")
            }
        case ("close", "Job"):
            try writing.close(record, fields.text("modifyIncompleteVisitsBy") ?? "COMPLETE_PAST_DESTROY_FUTURE")
        case ("reopen", "Job"):
            if writing.update(record, operation: "reopen", { $0["closedAt"] = .null }) {
                writing.announceChange(of: record, "UPDATE")
            }
        case ("add-line-items", "Job"), ("add-line-items", "Quote"), ("add-line-items", "Visit"):
            try addLines(fields.objects("lineItems"), to: record)
        case ("log-time", "Job"), ("log-time", "Visit"): return logTime(fields, at: record)
        case ("pay", "Invoice"): return pay(fields, record)
        case ("note", _) where ["Client", "Job", "Quote", "Request", "Invoice"].contains(record.collection):
            return try writing.createNote(fields, "\(record.collection)Note", on: record).id
        default:
            throw JobberUserErrors("a \(record.collection) has no such action")
        }
        return record.id
    }

    private func addLines(_ inputs: [GraphQLObject], to record: JobberRecord) throws(JobberUserErrors) {
        try writing.checkLines(inputs)
        guard record.collection == "Visit" else {
            let lines = record.objects("lineItems") + writing.newLines(inputs, record.collection)
            if writing.update(record, { $0["lineItems"] = .list(lines.map { .object($0) }) }) {
                writing.announceChange(of: record, "UPDATE")
            }
            return
        }
        let job = try writing.find(record.text("jobId"), "Job", "jobId")
        writing.setLines(
            job.objects("lineItems") + writing.newLines(inputs, "Job", visitID: record.id), ofJob: job)
        writing.announceChange(of: record, "UPDATE")
    }

    private func logTime(_ fields: GraphQLObject, at record: JobberRecord) -> String {
        var entry = fields
        if record.collection == "Visit" {
            entry["visitId"] = .string(record.id)
            entry["jobId"] = record["jobId"] ?? .null
        } else {
            entry["jobId"] = .string(record.id)
        }
        entry.fill("userId", .optional(writing.viewer.userID))
        let made = writing.make("TimeSheetEntry", entry)
        writing.announceChange(of: made, "CREATE")
        return made.id
    }

    private func pay(_ fields: GraphQLObject, _ invoice: JobberRecord) -> String {
        var payment = fields
        payment["invoiceId"] = .string(invoice.id)
        payment["clientId"] = invoice["clientId"] ?? .null
        let made = writing.make("PaymentRecord", payment)
        writing.announceChange(of: made, "CREATE")
        writing.touch(invoice)
        writing.announceChange(of: invoice, "UPDATE")
        return made.id
    }
}
