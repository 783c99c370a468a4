import SandboxKit

extension HubSpotPortal {
    /// Answers `/crm/v3/objects/{type}…`.
    mutating func answerObjects(_ call: HubSpotCall, _ path: [String]) throws(HubSpotProblem) -> HubSpotAnswer {
        guard let name = path.first else { throw .noRoute }
        let plural = try plural(name)
        let kind = try schema(plural).kind
        let isRead = call.method == "GET" || path.last == "search" || path == [name, "batch", "read"]
        try call.require(isRead ? kind.readScope : kind.writeScope)
        switch (call.method, path.count, path.dropFirst().first, path.dropFirst(2).first) {
        case ("GET", 1, _, _): return try list(call, plural)
        case ("POST", 1, _, _): return try createOne(call, plural)
        case ("POST", 2, "search", _): return try search(call, plural)
        case ("POST", 2, "merge", _): return try mergeTwo(call, plural)
        case ("POST", 2, "gdpr-delete", _): return try purge(call, plural)
        case ("POST", 3, "batch", let verb?): return try answerBatch(call, plural, verb)
        case ("GET", 2, let id?, _): return try readOne(call, plural, id)
        case ("PATCH", 2, let id?, _): return try updateOne(call, plural, id)
        case ("DELETE", 2, let id?, _): return try archiveOne(call, plural, id)
        // The older form of one association: /{type}/{id}/associations/{to}[/{toId}/{typeId or name}]
        case (_, 4..., let id?, "associations"):
            return try answerRecordAssociations(call, [plural, id, "associations"] + path.dropFirst(3))
        case (_, 1...2, _, _): throw .methodNotAllowed()
        default: throw .noRoute
        }
    }

    private func list(_ call: HubSpotCall, _ plural: String) throws(HubSpotProblem) -> HubSpotAnswer {
        let limit = try call.limit(default: 10, maximum: 100)
        let after = call.request.query("after")
        guard let first = after.map({ Int($0) }) ?? 0 else { throw .invalid("after is not a cursor of this list") }
        let isArchived = call.request.query("archived") == "true"
        let page = tables[plural]?.page(from: first, limit: limit + 1, isArchived: isArchived) ?? []
        let view = RecordView(call.request, schema: try schema(plural))
        var object: JSONObject = [
            "results": .array(
                try page.prefix(limit).map { record throws(HubSpotProblem) in try render(record, plural, view) })
        ]
        if page.count > limit, let next = page.last?.id {
            object["paging"] = [
                "next": [
                    "after": .string(String(next)),
                    "link": .string("https://api.hubapi.com\(call.request.path)?limit=\(limit)&after=\(next)"),
                ]
            ]
        }
        return HubSpotAnswer(json: .object(object))
    }

    private mutating func createOne(_ call: HubSpotCall, _ plural: String) throws(HubSpotProblem) -> HubSpotAnswer {
        let record = try create(call, plural, input: .object(try call.object()))
        return HubSpotAnswer(status: 201, json: try render(record, plural, .everything))
    }

    /// Creates one record from an input with its associations; nothing is left behind when a link is refused.
    mutating func create(_ call: HubSpotCall, _ plural: String, input: JSON) throws(HubSpotProblem) -> HubSpotRecord {
        let links = try plannedLinks(input["associations"], from: plural)
        let record = try create(
            plural, values: try HubSpotCall.properties(input), context: call.context, stage: call.stage)
        for link in links {
            try associate(
                link.types, from: ObjectReference(type: plural, id: record.id), to: link.to, context: call.context,
                stage: call.stage)
        }
        return tables[plural]?.live(record.id) ?? record
    }

    private func plannedLinks(
        _ body: JSON?, from plural: String
    ) throws(HubSpotProblem) -> [(types: [Int], to: ObjectReference)] {
        guard let body, !body.isNull else { return [] }
        guard let entries = body.arrayValue else { throw .badJSON("associations must be a list") }
        var links: [(types: [Int], to: ObjectReference)] = []
        for entry in entries {
            guard let id = (entry["to"]?["id"]).flatMap({ $0.stringValue ?? $0.intValue.map(String.init) }) else {
                throw .badJSON("associations need to.id and types")
            }
            guard let first = entry["types"]?.arrayValue?.first?["associationTypeId"]?.intValue,
                let kind = associationKinds[first]
            else { throw .invalid("No association type with that id exists", code: "INVALID_ASSOCIATION_TYPE") }
            let types = try associationTypes(entry["types"] ?? .null, from: plural, to: kind.to)
            guard let number = Int(id), let target = tables[kind.to]?.live(number) else {
                throw .notFound("No \(self.kind(kind.to)?.singular ?? kind.to) with id \(id) exists")
            }
            links.append((types, ObjectReference(type: kind.to, id: target.id)))
        }
        return links
    }

    private func readOne(_ call: HubSpotCall, _ plural: String, _ id: String) throws(HubSpotProblem) -> HubSpotAnswer {
        let view = RecordView(call.request, schema: try schema(plural))
        if call.request.query("archived") == "true" {
            guard let record = Int(id).flatMap({ tables[plural]?.resolve($0) }), record.isArchived else {
                throw .notFound()
            }
            return HubSpotAnswer(json: try render(record, plural, view))
        }
        guard let record = try find(plural, id, idProperty: call.request.query("idProperty")) else { throw .notFound() }
        return HubSpotAnswer(json: try render(record, plural, view))
    }

    private mutating func updateOne(_ call: HubSpotCall, _ plural: String, _ id: String) throws(HubSpotProblem)
        -> HubSpotAnswer
    {
        guard let record = try find(plural, id, idProperty: call.request.query("idProperty")) else { throw .notFound() }
        let values = try HubSpotCall.properties(.object(try call.object()))
        let updated = try update(plural, record, values: values, context: call.context, stage: call.stage)
        return HubSpotAnswer(json: try render(updated, plural, .everything))
    }

    private mutating func archiveOne(_ call: HubSpotCall, _ plural: String, _ id: String) throws(HubSpotProblem)
        -> HubSpotAnswer
    {
        guard let number = Int(id), let known = tables[plural]?.resolve(number) else { throw .notFound() }
        if !known.isArchived { archive(plural, known, context: call.context, stage: call.stage) }
        return .noContent
    }

    private mutating func mergeTwo(_ call: HubSpotCall, _ plural: String) throws(HubSpotProblem) -> HubSpotAnswer {
        let body = JSON.object(try call.object())
        guard let primaryID = body["primaryObjectId"]?.text, let otherID = body["objectIdToMerge"]?.text else {
            throw .badJSON("primaryObjectId and objectIdToMerge are required")
        }
        guard let primary = try find(plural, primaryID, idProperty: nil),
            let other = try find(plural, otherID, idProperty: nil)
        else { throw .notFound() }
        guard primary.id != other.id else { throw .invalid("Cannot merge an object into itself") }
        let survivor = merge(plural, primary: primary, other: other, context: call.context, stage: call.stage)
        return HubSpotAnswer(json: try render(survivor, plural, .everything))
    }

    private mutating func purge(_ call: HubSpotCall, _ plural: String) throws(HubSpotProblem) -> HubSpotAnswer {
        let body = JSON.object(try call.object())
        guard let id = body["objectId"]?.text else { throw .badJSON("objectId is required") }
        guard let record = try find(plural, id, idProperty: body["idProperty"]?.stringValue) else { return .noContent }
        associations.removeAll(of: ObjectReference(type: plural, id: record.id))
        let context = call.context
        notify(plural, record.id, .privacyDeletion, context, call.stage)
        tables[plural]?.purge(record.id)
        log(plural, record.id, "purge", [], context, call.stage)
        return .noContent
    }
}

extension JSON {
    /// A string, or a number as its digits: HubSpot takes ids either way.
    var text: String? { stringValue ?? intValue.map(String.init) }
}
