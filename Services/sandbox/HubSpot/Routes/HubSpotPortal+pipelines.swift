import SandboxKit

extension HubSpotPortal {
    /// Answers `/crm/v3/pipelines/{type}[/{pipeline}[/stages[/{stage}]]]`.
    mutating func answerPipelines(_ call: HubSpotCall, _ path: [String]) throws(HubSpotProblem) -> HubSpotAnswer {
        guard let name = path.first else { throw .noRoute }
        let plural = try plural(name)
        guard pipelines[plural] != nil, let kind = kind(plural) else {
            throw .invalid("\(plural) have no pipelines")
        }
        try call.require(call.method == "GET" ? kind.readScope : kind.writeScope)
        if path.count == 1 { return try answerPipelineList(call, plural) }
        guard let position = pipelines[plural]?.firstIndex(where: { $0.id == path[1] && !$0.isArchived }) else {
            throw .notFound("The pipeline \(path[1]) does not exist")
        }
        if path.count == 2 { return try answerPipeline(call, plural, position) }
        guard path[2] == "stages" else { throw .noRoute }
        return try answerStages(call, plural, position, stage: path.count > 3 ? path[3] : nil)
    }

    private mutating func answerPipelineList(_ call: HubSpotCall, _ plural: String) throws(HubSpotProblem)
        -> HubSpotAnswer
    {
        switch call.method {
        case "GET":
            let shown = (pipelines[plural] ?? []).filter { !$0.isArchived }
            return HubSpotAnswer(json: ["results": .array(shown.map(\.json))])
        case "POST":
            let body = JSON.object(try call.object())
            guard let label = body["label"]?.stringValue, let stages = body["stages"]?.arrayValue, !stages.isEmpty
            else {
                throw .badJSON("label, displayOrder and stages are required")
            }
            guard !(pipelines[plural] ?? []).contains(where: { $0.label == label && !$0.isArchived }) else {
                throw HubSpotProblem(
                    status: 409, category: "CONFLICT", message: "A pipeline labelled \(label) already exists")
            }
            let pipeline = Pipeline(
                id: call.stage.random.uuid(), label: label, displayOrder: body["displayOrder"]?.intValue ?? 0,
                stages: try stages.map { stage throws(HubSpotProblem) in try newStage(stage, plural, call) },
                createdAt: call.context.now, updatedAt: call.context.now)
            pipelines[plural]?.append(pipeline)
            return HubSpotAnswer(status: 201, json: pipeline.json)
        default: throw .methodNotAllowed()
        }
    }

    private func newStage(_ body: JSON, _ plural: String, _ call: HubSpotCall) throws(HubSpotProblem) -> Pipeline.Stage
    {
        guard let label = body["label"]?.stringValue else { throw .badJSON("a stage needs label and displayOrder") }
        let metadata = Self.metadata(body)
        if plural == "deals", metadata["probability"] == nil {
            throw .invalid("The stage \(label) needs metadata.probability", code: "MISSING_PROBABILITY")
        }
        return Pipeline.Stage(
            id: body["stageId"]?.stringValue ?? call.stage.random.uuid(), label: label,
            displayOrder: body["displayOrder"]?.intValue ?? 0, metadata: metadata, createdAt: call.context.now,
            updatedAt: call.context.now)
    }

    private static func metadata(_ body: JSON) -> [String: String] {
        var metadata: [String: String] = [:]
        for (key, value) in body["metadata"]?.objectValue ?? JSONObject() {
            metadata[key] = value.stringValue ?? value.boolValue.map { $0 ? "true" : "false" } ?? "\(value)"
        }
        if let probability = metadata["probability"], metadata["isClosed"] == nil {
            metadata["isClosed"] = ["0", "0.0", "1", "1.0"].contains(probability) ? "true" : "false"
        }
        if metadata["probability"] == "1" { metadata["probability"] = "1.0" }
        return metadata
    }

    private mutating func answerPipeline(_ call: HubSpotCall, _ plural: String, _ position: Int) throws(HubSpotProblem)
        -> HubSpotAnswer
    {
        guard var pipeline = pipelines[plural]?[position] else { throw .notFound() }
        switch call.method {
        case "GET": return HubSpotAnswer(json: pipeline.json)
        case "PATCH", "PUT":
            let body = JSON.object(try call.object())
            if let label = body["label"]?.stringValue { pipeline.label = label }
            if let order = body["displayOrder"]?.intValue { pipeline.displayOrder = order }
            if call.method == "PUT", let stages = body["stages"]?.arrayValue {
                pipeline.stages = try stages.map { stage throws(HubSpotProblem) in try newStage(stage, plural, call) }
            }
            pipeline.updatedAt = call.context.now
            pipelines[plural]?[position] = pipeline
            return HubSpotAnswer(json: pipeline.json)
        case "DELETE":
            try refuseUsed(plural, property: Self.stageProperties(plural)?.pipeline, value: pipeline.id)
            pipelines[plural]?[position].isArchived = true
            return .noContent
        default: throw .methodNotAllowed()
        }
    }

    private func refuseUsed(_ plural: String, property: String?, value: String) throws(HubSpotProblem) {
        guard let property else { return }
        let isUsed =
            tables[plural]?.records.values.contains { !$0.isArchived && $0.properties[property] == value } ?? false
        guard !isUsed else { throw .invalid("\(value) is still used by \(plural)", code: "STAGE_IN_USE") }
    }

    private mutating func answerStages(
        _ call: HubSpotCall, _ plural: String, _ position: Int, stage: String?
    ) throws(HubSpotProblem) -> HubSpotAnswer {
        let stages = pipelines[plural]?[position].stages ?? []
        guard let stage else {
            switch call.method {
            case "GET": return HubSpotAnswer(json: ["results": .array(stages.filter { !$0.isArchived }.map(\.json))])
            case "POST":
                let new = try newStage(.object(try call.object()), plural, call)
                pipelines[plural]?[position].stages.append(new)
                return HubSpotAnswer(status: 201, json: new.json)
            default: throw .methodNotAllowed()
            }
        }
        guard let index = stages.firstIndex(where: { $0.id == stage && !$0.isArchived }) else {
            throw .notFound("The stage \(stage) does not exist")
        }
        switch call.method {
        case "GET": return HubSpotAnswer(json: stages[index].json)
        case "PATCH", "PUT":
            let body = JSON.object(try call.object())
            var changed = stages[index]
            if let label = body["label"]?.stringValue { changed.label = label }
            if let order = body["displayOrder"]?.intValue { changed.displayOrder = order }
            for (key, value) in Self.metadata(body) { changed.metadata[key] = value }
            changed.updatedAt = call.context.now
            pipelines[plural]?[position].stages[index] = changed
            return HubSpotAnswer(json: changed.json)
        case "DELETE":
            try refuseUsed(plural, property: Self.stageProperties(plural)?.stage, value: stage)
            pipelines[plural]?[position].stages[index].isArchived = true
            return .noContent
        default: throw .methodNotAllowed()
        }
    }

    // MARK: Owners

    /// Answers `/crm/v3/owners[/{id}]`.
    func answerOwners(_ call: HubSpotCall, _ path: [String]) throws(HubSpotProblem) -> HubSpotAnswer {
        try call.require("crm.objects.owners.read")
        guard call.method == "GET" else { throw .methodNotAllowed() }
        let isArchived = call.request.query("archived") == "true"
        if let id = path.first {
            let byUser = call.request.query("idProperty") == "userId"
            let owner = owners.first { (byUser ? String($0.userID) : $0.id) == id && $0.isArchived == isArchived }
            guard let owner else { throw .notFound("No owner \(id) exists") }
            return HubSpotAnswer(json: owner.json)
        }
        let limit = try call.limit(default: 100, maximum: 500)
        let after = call.request.query("after").flatMap { Int($0) } ?? 0
        let email = call.request.query("email")
        let matching = owners.filter { $0.isArchived == isArchived && (email == nil || $0.email == email) }
        let page = matching.dropFirst(after).prefix(limit)
        var object: JSONObject = ["results": .array(page.map(\.json))]
        if after + page.count < matching.count {
            object["paging"] = ["next": ["after": .string(String(after + page.count))]]
        }
        return HubSpotAnswer(json: .object(object))
    }
}
