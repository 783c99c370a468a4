import SandboxKit

extension HubSpotPortal {
    /// Answers `/crm/v4/objects/{type}/{id}/associations/…`.
    mutating func answerRecordAssociations(_ call: HubSpotCall, _ path: [String]) throws(HubSpotProblem)
        -> HubSpotAnswer
    {
        guard path.count >= 4, path[2] == "associations" else { throw .noRoute }
        let from = try plural(path[0])
        let isDefault = path[3] == "default"
        let to = try plural(path[isDefault ? 4 : 3, or: ""])
        let rest = Array(path.dropFirst(isDefault ? 5 : 4))
        guard let kind = kind(from) else { throw .noRoute }
        try call.require(call.method == "GET" ? kind.readScope : kind.writeScope)
        let source = try reference(from, path[1])
        switch (call.method, rest.count) {
        case ("GET", 0) where !isDefault: return try listLinks(call, source, to)
        case ("PUT", 1):
            let target = try reference(to, rest[0])
            let types =
                isDefault
                ? [try defaultKind(from, to).typeID] : try associationTypes(call.body ?? .null, from: from, to: to)
            try associate(types, from: source, to: target, context: call.context, stage: call.stage)
            return isDefault
                ? defaultAnswer(call, [(source, target, types[0])])
                : HubSpotAnswer(status: 201, json: labels(source, target, types))
        case ("PUT", 2) where !isDefault:
            // The v3 form ends with the kind of link as a number or a name.
            let target = try reference(to, rest[0])
            let type = try namedKind(rest[1], from, to)
            try associate([type.typeID], from: source, to: target, context: call.context, stage: call.stage)
            return HubSpotAnswer(json: labels(source, target, [type.typeID]))
        case ("DELETE", 1) where !isDefault:
            dissociate(
                from: source, to: try reference(to, rest[0], mustExist: false), context: call.context, stage: call.stage
            )
            return .noContent
        case ("DELETE", 2) where !isDefault:
            let type = try namedKind(rest[1], from, to)
            dissociate(
                from: source, to: try reference(to, rest[0], mustExist: false), types: [type.typeID],
                context: call.context, stage: call.stage)
            return .noContent
        default: throw .methodNotAllowed()
        }
    }

    private func reference(_ plural: String, _ id: String, mustExist: Bool = true) throws(HubSpotProblem)
        -> ObjectReference
    {
        guard let number = Int(id) else { throw .invalid("\(id) is not an object id") }
        if let record = tables[plural]?.live(number) { return ObjectReference(type: plural, id: record.id) }
        guard !mustExist else { throw .notFound("No \(kind(plural)?.singular ?? plural) with id \(id) exists") }
        return ObjectReference(type: plural, id: number)
    }

    private func defaultKind(_ from: String, _ to: String) throws(HubSpotProblem) -> AssociationKind {
        guard let kind = plainKind(from, to) else {
            throw .invalid("No default association type exists from \(from) to \(to)")
        }
        return kind
    }

    private func namedKind(_ name: String, _ from: String, _ to: String) throws(HubSpotProblem) -> AssociationKind {
        let found = associationKinds.values.first {
            $0.from == from && $0.to == to && (String($0.typeID) == name || associationName($0) == name.lowercased())
        }
        guard let found else { throw .invalid("No association type \(name) exists from \(from) to \(to)") }
        return found
    }

    private func labels(_ from: ObjectReference, _ to: ObjectReference, _ types: [Int]) -> JSON {
        [
            "fromObjectTypeId": .string(kind(from.type)?.typeID ?? ""), "fromObjectId": .int(from.id),
            "toObjectTypeId": .string(kind(to.type)?.typeID ?? ""), "toObjectId": .int(to.id),
            "labels": .array(types.compactMap { associationKinds[$0]?.label.map(JSON.string) }),
        ]
    }

    private func described(_ types: [Int]) -> JSON {
        .array(
            types.compactMap { associationKinds[$0] }.map {
                ["category": .string($0.category), "typeId": .int($0.typeID), "label": .optional($0.label)]
            })
    }

    private func listLinks(_ call: HubSpotCall, _ source: ObjectReference, _ to: String) throws(HubSpotProblem)
        -> HubSpotAnswer
    {
        let limit = try call.limit(default: 500, maximum: 500)
        let after = call.request.query("after").flatMap { Int($0) } ?? 0
        let linked = associations.linked(from: source, to: to).filter { $0.id >= after }
        var object: JSONObject = [
            "results": .array(
                linked.prefix(limit).map { ["toObjectId": .int($0.id), "associationTypes": described($0.types)] })
        ]
        if linked.count > limit {
            object["paging"] = ["next": ["after": .string(String(linked[limit].id))]]
        }
        return HubSpotAnswer(json: .object(object))
    }

    // MARK: In batches

    /// Answers `/crm/v4/associations/{from}/{to}/…`.
    mutating func answerAssociations(_ call: HubSpotCall, _ path: [String]) throws(HubSpotProblem) -> HubSpotAnswer {
        guard path.count >= 3 else { throw .noRoute }
        let from = try plural(path[0])
        let to = try plural(path[1])
        guard let kind = kind(from) else { throw .noRoute }
        let verb = path.dropFirst(2).joined(separator: "/")
        try call.require(call.method == "GET" || verb == "batch/read" ? kind.readScope : kind.writeScope)
        switch (call.method, verb) {
        case ("GET", "labels"): return labelList(from, to)
        case ("POST", "labels"): return try createLabel(call, from, to)
        case ("POST", "batch/read"): return try batchReadLinks(call, from, to)
        case ("POST", "batch/create"): return try batchLink(call, from, to)
        case ("POST", "batch/associate/default"): return try batchLinkDefault(call, from, to)
        case ("POST", "batch/archive"):
            for input in try linkInputs(call) {
                guard let source = input["from"]?["id"]?.text else { throw .badJSON("each input needs from.id and to") }
                for target in input["to"]?.arrayValue ?? [] {
                    guard let id = target["id"]?.text else { continue }
                    dissociate(
                        from: try reference(from, source, mustExist: false),
                        to: try reference(to, id, mustExist: false), context: call.context, stage: call.stage)
                }
            }
            return .noContent
        case ("POST", "batch/labels/archive"):
            for input in try linkInputs(call) {
                let (source, target) = try ends(input, from, to)
                let types = try associationTypes(input["types"] ?? .null, from: from, to: to)
                dissociate(from: source, to: target, types: Set(types), context: call.context, stage: call.stage)
            }
            return .noContent
        default: throw .noRoute
        }
    }

    /// Links come in batches of up to two thousand.
    private func linkInputs(_ call: HubSpotCall) throws(HubSpotProblem) -> [JSON] {
        guard let inputs = try call.object()["inputs"]?.arrayValue else { throw .badJSON("inputs must be a list") }
        guard inputs.count <= 2_000 else { throw .invalid("A batch of associations has at most 2000 inputs") }
        return inputs
    }

    private func ends(_ input: JSON, _ from: String, _ to: String) throws(HubSpotProblem) -> (
        ObjectReference, ObjectReference
    ) {
        guard let source = input["from"]?["id"]?.text, let target = input["to"]?["id"]?.text else {
            throw .badJSON("each input needs from.id and to.id")
        }
        return (try reference(from, source), try reference(to, target))
    }

    private func batchReadLinks(_ call: HubSpotCall, _ from: String, _ to: String) throws(HubSpotProblem)
        -> HubSpotAnswer
    {
        var results: [JSON] = []
        var errors: [JSON] = []
        for input in try linkInputs(call) {
            guard let id = input["id"]?.text else { throw .badJSON("each input needs an id") }
            let linked = Int(id).map { associations.linked(from: ObjectReference(type: from, id: $0), to: to) } ?? []
            guard linked.isEmpty else {
                let links: [JSON] = linked.map { ["toObjectId": .int($0.id), "associationTypes": described($0.types)] }
                results.append(["from": ["id": .string(id)], "to": .array(links)])
                continue
            }
            let (singular, other) = (kind(from)?.singular ?? from, kind(to)?.singular ?? to)
            errors.append(
                HubSpotProblem(
                    status: 404, category: "OBJECT_NOT_FOUND",
                    message: "No \(other) is associated with \(singular) \(id).",
                    subCategory: "crm.associations.NO_ASSOCIATIONS_FOUND",
                    context: ["fromObjectId": [id], "fromObjectType": [singular], "toObjectType": [other]]
                ).batchError(traceID: nil))
        }
        return batchAnswer(call, results, errors, status: 200)
    }

    private mutating func batchLink(_ call: HubSpotCall, _ from: String, _ to: String) throws(HubSpotProblem)
        -> HubSpotAnswer
    {
        var results: [JSON] = []
        var errors: [JSON] = []
        for input in try linkInputs(call) {
            do {
                let types = try associationTypes(input["types"] ?? .null, from: from, to: to)
                let (source, target) = try ends(input, from, to)
                try associate(types, from: source, to: target, context: call.context, stage: call.stage)
                results.append(labels(source, target, types))
            } catch {
                errors.append(error.batchError(traceID: nil))
            }
        }
        return batchAnswer(call, results, errors, status: 201)
    }

    private mutating func batchLinkDefault(_ call: HubSpotCall, _ from: String, _ to: String) throws(HubSpotProblem)
        -> HubSpotAnswer
    {
        let type = try defaultKind(from, to).typeID
        var done: [(ObjectReference, ObjectReference, Int)] = []
        for input in try linkInputs(call) {
            let (source, target) = try ends(input, from, to)
            try associate([type], from: source, to: target, context: call.context, stage: call.stage)
            done.append((source, target, type))
        }
        return defaultAnswer(call, done)
    }

    private func defaultAnswer(_ call: HubSpotCall, _ links: [(ObjectReference, ObjectReference, Int)]) -> HubSpotAnswer
    {
        let results: [JSON] = links.flatMap { from, to, type -> [JSON] in
            [(from, to, type), (to, from, associationKinds[type]?.inverse ?? type)].map { from, to, type in
                [
                    "from": ["id": .string(String(from.id))], "to": ["id": .string(String(to.id))],
                    "associationSpec": ["associationCategory": "HUBSPOT_DEFINED", "associationTypeId": .int(type)],
                ]
            }
        }
        return batchAnswer(call, results, [], status: 200)
    }

    private func batchAnswer(_ call: HubSpotCall, _ results: [JSON], _ errors: [JSON], status: Int) -> HubSpotAnswer {
        var object: JSONObject = [
            "status": "COMPLETE", "results": .array(results), "startedAt": .string(call.request.receivedAt.iso8601),
            "completedAt": .string(call.stage.clock.now().iso8601),
        ]
        guard !errors.isEmpty else { return HubSpotAnswer(status: status, json: .object(object)) }
        object["numErrors"] = .int(errors.count)
        object["errors"] = .array(errors)
        return HubSpotAnswer(status: 207, json: .object(object))
    }

    // MARK: Labels

    private func labelList(_ from: String, _ to: String) -> HubSpotAnswer {
        let types = associationKinds.values.filter { $0.from == from && $0.to == to }.map(\.typeID).sorted()
        return HubSpotAnswer(json: ["results": described(types)])
    }

    private mutating func createLabel(_ call: HubSpotCall, _ from: String, _ to: String) throws(HubSpotProblem)
        -> HubSpotAnswer
    {
        let body = JSON.object(try call.object())
        guard let label = body["label"]?.stringValue, body["name"]?.stringValue != nil else {
            throw .badJSON("label and name are required")
        }
        let forward = userDefinedAssociationIDs.next()
        let backward = from == to ? forward : userDefinedAssociationIDs.next()
        associationKinds[forward] = AssociationKind(
            typeID: forward, from: from, to: to, label: label, isPrimary: false, inverse: backward,
            category: "USER_DEFINED")
        if backward != forward {
            associationKinds[backward] = AssociationKind(
                typeID: backward, from: to, to: from, label: body["inverseLabel"]?.stringValue ?? label,
                isPrimary: false,
                inverse: forward, category: "USER_DEFINED")
        }
        return HubSpotAnswer(json: ["results": described(backward == forward ? [forward] : [forward, backward])])
    }
}

extension [String] {
    fileprivate subscript(position: Int, or fallback: String) -> String {
        indices.contains(position) ? self[position] : fallback
    }
}
