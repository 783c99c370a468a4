import Foundation
import SandboxKit
import Synchronization

extension QuickBooksOnlineSandbox {

    /// Answers `/v3/company/{realm}/…`.
    func answerCompany(_ request: SandboxRequest) throws(QuickBooksFault) -> SandboxResponse {
        let call = try CompanyCall(request, stage: stage)
        let isLifted = stage.settings.limitsLifted
        return try ledger.withLock { ledger throws(QuickBooksFault) in
            guard var company = ledger.companies.removeValue(forKey: call.realm) else { throw .revoked }
            // The company is taken out while it is worked on, so that a write does not copy it.
            defer { ledger.companies[call.realm] = company }
            try company.takeLimit(call, isLifted: isLifted)
            return try company.answer(call)
        }
    }
}

extension Company {
    private static let rememberedRequests = 100_000

    /// Counts a request against the company's limits.
    fileprivate mutating func takeLimit(_ call: CompanyCall, isLifted: Bool) throws(QuickBooksFault) {
        if call.request.concurrency > settings.concurrentRequests, !isLifted { throw .throttled }
        let now = call.request.receivedAt
        if call.path.first == "batch", case .refused = batches.take(now: now, enforced: !isLifted) { throw .throttled }
        if case .refused = requests.take(now: now, enforced: !isLifted) { throw .throttled }
    }

    fileprivate mutating func answer(_ call: CompanyCall) throws(QuickBooksFault) -> SandboxResponse {
        let verb = call.path[0].lowercased()
        switch (call.request.method, verb, call.path.count) {
        case ("GET", "query", 1), ("POST", "query", 1): return try answerQuery(call)
        case ("GET", "cdc", 1): return try answerChanges(call)
        case ("POST", "batch", 1): return try answerBatch(call)
        case ("POST", "upload", 1): return try answerUpload(call)
        case ("GET", "preferences", 1):
            guard let record = tables["Preferences"]?.records.values.first else { throw .notFound("Preferences") }
            return wrap("Preferences", record, call)
        case ("GET", "companyinfo", 2):
            guard let record = tables["CompanyInfo"]?.records.values.first else { throw .notFound("CompanyInfo") }
            return wrap("CompanyInfo", record, call)
        case (_, "download", 2): return try answerDownload(call)
        default: break
        }
        guard let kind = EntityKind.byPath[verb] else { throw .unsupportedOperation(verb) }
        switch (call.request.method, call.path.count, call.path.last) {
        case ("GET", 2, let id?):
            guard let record = live(kind.name, id) else { throw .notFound("\(kind.name) \(id)") }
            return wrap(kind.name, record, call)
        case ("POST", 1, _): return try answerWrite(call, kind)
        case ("GET", 3, "pdf"):
            guard let record = live(kind.name, call.path[1]) else { throw .notFound("\(kind.name) \(call.path[1])") }
            return SandboxResponse(
                status: 200, headers: [("Content-Type", "application/pdf")],
                body: SmallPDF.page("\(kind.name) \(record.string("DocNumber") ?? String(record.id))"))
        case ("POST", 3, "send"): return try answerSend(call, kind)
        default: throw .unsupportedOperation("\(call.request.method) \(call.request.path)")
        }
    }

    /// An entity in its wrapper.
    private func wrap(_ kind: String, _ record: EntityRecord, _ call: CompanyCall) -> SandboxResponse {
        .json([kind: render(kind, record), "time": .string(time(call.stage.clock.now()))])
    }

    // MARK: Writing

    private mutating func answerWrite(_ call: CompanyCall, _ kind: EntityKind) throws(QuickBooksFault)
        -> SandboxResponse
    {
        let requestID = call.request.query("requestid")
        if let requestID {
            guard requestID.count <= 50 else { throw .tooLong("requestid", requestID.count, 50) }
            if let known = answers[requestID] { return .json(known) }
        }
        let body = try call.object()
        let operation = call.request.query("operation")
        let entity = try carryOut(
            kind, body, operation: operation, include: call.request.query("include"), call.context)
        let answer: JSON = [kind.name: entity, "time": .string(time(call.stage.clock.now()))]
        if let requestID { remember(requestID, answer) }
        return .json(answer)
    }

    /// Carries out a create, update, delete or void; gives the entity as shown.
    private mutating func carryOut(
        _ kind: EntityKind, _ body: JSONObject, operation: String?, include: String?, _ context: WriteContext
    ) throws(QuickBooksFault) -> JSON {
        // Written first and shown then: in one expression the company would be copied for showing before it changes.
        let written: EntityRecord
        switch (operation?.lowercased(), include?.lowercased()) {
        case ("delete", _): return try delete(kind, body, context)
        case ("void", _), ("update", "void"): written = try void(kind, body, context)
        case (nil, _), ("update", _), ("create", _): written = try write(kind, body, context)
        case (let other?, _): throw .unsupportedOperation(other)
        }
        return render(kind.name, written)
    }

    private mutating func remember(_ requestID: String, _ answer: JSON) {
        answers[requestID] = answer
        answerOrder.append(requestID)
        if answerOrder.count > Self.rememberedRequests {
            for forgotten in answerOrder.prefix(1_000) { answers[forgotten] = nil }
            answerOrder.removeFirst(1_000)
        }
    }

    private mutating func answerSend(_ call: CompanyCall, _ kind: EntityKind) throws(QuickBooksFault) -> SandboxResponse
    {
        guard let record = live(kind.name, call.path[1]), kind.fields["EmailStatus"] != nil else {
            throw .notFound("\(kind.name) \(call.path[1])")
        }
        let address = call.request.query("sendTo") ?? record.fields["BillEmail"]?["Address"]?.stringValue
        guard let address, address.contains("@") else { throw .business("The \(kind.name) has no e-mail address") }
        let sent = send(kind.name, record, to: address, call.context)
        return wrap(kind.name, sent, call)
    }

    /// Marks a form as sent.
    mutating func send(_ kind: String, _ record: EntityRecord, to address: String, _ context: WriteContext)
        -> EntityRecord
    {
        var sent = record
        sent.fields["EmailStatus"] = "EmailSent"
        sent.fields["BillEmail"] = ["Address": .string(address)]
        sent.fields["DeliveryInfo"] = ["DeliveryType": "Email", "DeliveryTime": .string(time(context.now))]
        return commit(kind, sent, over: record, operation: "email", context)
    }

    // MARK: Reading many

    private func answerQuery(_ call: CompanyCall) throws(QuickBooksFault) -> SandboxResponse {
        let text: String
        if call.request.method == "POST" {
            guard call.request.header("content-type")?.contains("text") ?? false else {
                throw QuickBooksFault(
                    "2060", "Unsupported content type", "A query is sent as application/text", status: 415)
            }
            text = String(decoding: call.request.body, as: UTF8.self)
        } else {
            guard let query = call.request.query("query") else { throw .missing("query") }
            text = query
        }
        return .json(["QueryResponse": try query(text), "time": .string(time(call.stage.clock.now()))])
    }

    private func answerChanges(_ call: CompanyCall) throws(QuickBooksFault) -> SandboxResponse {
        guard let entities = call.request.query("entities"), !entities.isEmpty else { throw .missing("entities") }
        guard let text = call.request.query("changedSince") else { throw .missing("changedSince") }
        // A plus sign of the zone arrives as a space where the client did not escape it.
        guard let since = SandboxInstant(iso8601: text.replacing(/\s(\d\d:?\d\d)$/) { "+\($0.1)" }) else {
            throw .badValue("changedSince", "must be a time such as 2026-11-21T08:00:00-08:00")
        }
        let answer = try changes(entities, since: since, now: call.stage.clock.now())
        return .json(["CDCResponse": [answer], "time": .string(time(call.stage.clock.now()))])
    }

    private func changes(_ entities: String, since: SandboxInstant, now: SandboxInstant) throws(QuickBooksFault) -> JSON
    {
        guard now - since <= 30 * 86_400_000 else {
            throw .business("changedSince lies more than 30 days back")
        }
        var responses: [JSON] = []
        for name in entities.split(separator: ",").map({ $0.trimmingCharacters(in: .whitespaces) }) {
            guard let kind = EntityKind.byPath[name.lowercased()] else {
                throw .badValue("entities", "has the unknown \(name)")
            }
            let changed =
                (tables[kind.name]?.records.values.filter {
                    $0.updatedAt.milliseconds / 1000 >= since.milliseconds / 1000
                } ?? [])
                .sorted { ($0.updatedAt, $0.id) < ($1.updatedAt, $1.id) }.prefix(1_000)
            guard !changed.isEmpty else {
                responses.append(.object(JSONObject()))
                continue
            }
            let shown: [JSON] = changed.map { record in
                guard record.isDeleted else { return render(kind.name, record) }
                return [
                    "domain": "QBO", "status": "Deleted", "Id": .string(String(record.id)),
                    "MetaData": ["LastUpdatedTime": .string(time(record.updatedAt))],
                ]
            }
            responses.append([
                kind.name: .array(shown), "startPosition": 1, "maxResults": .int(shown.count),
                "totalCount": .int(shown.count),
            ])
        }
        return ["QueryResponse": .array(responses)]
    }

    // MARK: Batches

    private mutating func answerBatch(_ call: CompanyCall) throws(QuickBooksFault) -> SandboxResponse {
        let requestID = call.request.query("requestid")
        if let requestID, let known = answers[requestID] { return .json(known) }
        guard let items = try call.object()["BatchItemRequest"]?.arrayValue else { throw .missing("BatchItemRequest") }
        guard items.count <= 30 else {
            throw QuickBooksFault(
                "1040", "The maximum number of batch items is 30", "The batch has \(items.count) items")
        }
        var responses: [JSON] = []
        for item in items {
            var response = JSONObject()
            do {
                for (key, value) in try answerItem(item, call) { response[key] = value }
            } catch {
                response["Fault"] = error.json
            }
            response["bId"] = item["bId"] ?? .null
            responses.append(.object(response))
        }
        let answer: JSON = ["BatchItemResponse": .array(responses), "time": .string(time(call.stage.clock.now()))]
        if let requestID { remember(requestID, answer) }
        return .json(answer)
    }

    private mutating func answerItem(_ item: JSON, _ call: CompanyCall) throws(QuickBooksFault) -> JSONObject {
        guard let object = item.objectValue else { throw .badValue("BatchItemRequest", "must have objects") }
        if let statement = object["Query"]?.stringValue { return ["QueryResponse": try query(statement)] }
        if let changes = object["CDCQuery"],
            let since = changes["ChangedSince"]?.stringValue.flatMap({ SandboxInstant(iso8601: $0) })
        {
            return [
                "CDCResponse": try self.changes(
                    changes["Entities"]?.stringValue ?? "", since: since, now: call.context.now)
            ]
        }
        for (key, body) in object where !["bId", "operation", "optionsData", "Query", "CDCQuery"].contains(key) {
            guard let kind = EntityKind.byName[key], let fields = body.objectValue else {
                throw .unsupportedProperty(key)
            }
            guard let operation = object["operation"]?.stringValue else { throw .missing("operation") }
            if operation.lowercased() == "update", fields["Id"] == nil { throw .missing("Id") }
            let option = object["optionsData"]?.stringValue
            return [kind.name: try carryOut(kind, fields, operation: operation, include: option, call.context)]
        }
        throw .missing("an entity, Query or CDCQuery")
    }
}
