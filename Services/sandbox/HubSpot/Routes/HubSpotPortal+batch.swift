import SandboxKit

/// What a batch has done so far.
private struct BatchOutcome {
    let startedAt: SandboxInstant
    var results: [JSON] = []
    var errors: [JSON] = []

    func answer(status: Int, now: SandboxInstant) -> HubSpotAnswer {
        var object: JSONObject = [
            "status": "COMPLETE", "results": .array(results), "startedAt": .string(startedAt.iso8601),
            "completedAt": .string(now.iso8601),
        ]
        guard !errors.isEmpty else { return HubSpotAnswer(status: status, json: .object(object)) }
        object["numErrors"] = .int(errors.count)
        object["errors"] = .array(errors)
        return HubSpotAnswer(status: 207, json: .object(object))
    }
}

extension HubSpotPortal {
    /// Answers `/crm/v3/objects/{type}/batch/{verb}`.
    mutating func answerBatch(_ call: HubSpotCall, _ plural: String, _ verb: String) throws(HubSpotProblem)
        -> HubSpotAnswer
    {
        switch verb {
        case "read": return try batchRead(call, plural)
        case "create": return try batchCreate(call, plural)
        case "update": return try batchUpdate(call, plural)
        case "upsert": return try batchUpsert(call, plural)
        case "archive": return try batchArchive(call, plural)
        default: throw .noRoute
        }
    }

    private func batchRead(_ call: HubSpotCall, _ plural: String) throws(HubSpotProblem) -> HubSpotAnswer {
        let inputs = try call.inputs()
        let body = JSON.object(try call.object())
        let schema = try schema(plural)
        let view = RecordView(body, schema: schema)
        let isArchived = call.request.query("archived") == "true"
        var outcome = BatchOutcome(startedAt: call.request.receivedAt)
        var missing: [String] = []
        var seen: Set<Int> = []
        for input in inputs {
            guard let id = input["id"]?.text else { throw .badJSON("each input needs an id") }
            let found =
                isArchived
                ? Int(id).flatMap { tables[plural]?.resolve($0) }.flatMap { $0.isArchived ? $0 : nil }
                : try find(plural, id, idProperty: body["idProperty"]?.stringValue)
            guard let found else {
                missing.append(id)
                continue
            }
            if seen.insert(found.id).inserted { outcome.results.append(try render(found, plural, view)) }
        }
        if !missing.isEmpty { outcome.errors.append(Self.missing(missing, schema.kind).batchError(traceID: nil)) }
        return outcome.answer(status: 200, now: call.stage.clock.now())
    }

    /// Tries writes on a copy of the portal, to learn whether any is refused.
    private func rehearse(_ writes: (inout HubSpotPortal) throws(HubSpotProblem) -> Void) throws(HubSpotProblem) {
        var trial = self
        try writes(&trial)
    }

    private static func missing(_ ids: [String], _ kind: ObjectKind) -> HubSpotProblem {
        HubSpotProblem(
            status: 404, category: "OBJECT_NOT_FOUND",
            message: "Could not get some \(kind.singular.uppercased()) objects, they may be deleted or not exist. "
                + "Check that ids are valid.", context: ["ids": ids])
    }

    /// A property that does not exist refuses the whole batch, whatever else is in it.
    private func refuseUnknownProperties(_ inputs: [JSON], _ schema: ObjectSchema) throws(HubSpotProblem) {
        var faults: [PropertyFault] = []
        for input in inputs {
            for name in input["properties"]?.objectValue?.keys ?? [] where schema.definition(name.lowercased()) == nil {
                faults.append(
                    PropertyFault(
                        property: name, message: "Property \"\(name)\" does not exist", code: "PROPERTY_DOESNT_EXIST"))
            }
        }
        guard faults.isEmpty else { throw .properties(faults) }
    }

    private mutating func batchCreate(_ call: HubSpotCall, _ plural: String) throws(HubSpotProblem) -> HubSpotAnswer {
        let inputs = try call.inputs()
        try refuseUnknownProperties(inputs, try schema(plural))
        try refuseDuplicateTraces(inputs)
        var outcome = BatchOutcome(startedAt: call.request.receivedAt)
        // All or nothing unless the inputs are traced: then the answer says what became of each.
        guard inputs.allSatisfy({ $0["objectWriteTraceId"]?.text != nil }) else {
            try rehearse { trial throws(HubSpotProblem) in
                for input in inputs { _ = try trial.create(call.rehearsal, plural, input: input) }
            }
            for input in inputs {
                let created = try create(call, plural, input: input)
                outcome.results.append(try render(created, plural, .everything))
            }
            return outcome.answer(status: 201, now: call.stage.clock.now())
        }
        for input in inputs {
            let traceID = input["objectWriteTraceId"]?.text
            do {
                let record = try create(call, plural, input: input)
                outcome.results.append(
                    try render(record, plural, .everything).adding("objectWriteTraceId", .optional(traceID)))
            } catch {
                outcome.errors.append(error.batchError(traceID: traceID))
            }
        }
        return outcome.answer(status: 201, now: call.stage.clock.now())
    }

    private func refuseDuplicateTraces(_ inputs: [JSON]) throws(HubSpotProblem) {
        let traces = inputs.compactMap { $0["objectWriteTraceId"]?.text }
        guard Set(traces).count == traces.count else { throw .invalid("objectWriteTraceId must be unique in a batch") }
    }

    private func refuseDuplicates(_ inputs: [JSON]) throws(HubSpotProblem) {
        var seen: Set<String> = []
        for input in inputs {
            guard let id = input["id"]?.text else { throw .badJSON("each input needs an id") }
            guard seen.insert(id).inserted else {
                throw HubSpotProblem(
                    status: 400, category: "VALIDATION_ERROR",
                    message: "Duplicate IDs found in batch input: [\(id)]. IDs must be unique", context: ["ids": [id]])
            }
        }
    }

    private mutating func batchUpdate(_ call: HubSpotCall, _ plural: String) throws(HubSpotProblem) -> HubSpotAnswer {
        let inputs = try call.inputs()
        let schema = try schema(plural)
        try refuseUnknownProperties(inputs, schema)
        try refuseDuplicates(inputs)
        var outcome = BatchOutcome(startedAt: call.request.receivedAt)
        let isTraced = inputs.allSatisfy { $0["objectWriteTraceId"]?.text != nil }
        var missing: [String] = []
        if !isTraced {
            // The first bad value refuses the whole batch before anything is written.
            for input in inputs {
                guard
                    let record = try find(plural, input["id"]?.text ?? "", idProperty: input["idProperty"]?.stringValue)
                else {
                    continue
                }
                let accepted = try checked(
                    try HubSpotCall.properties(input), for: schema, record: record, context: call.context)
                try refuseTaken(accepted, in: plural, for: record.id)
            }
        }
        for input in inputs {
            let id = input["id"]?.text ?? ""
            let traceID = input["objectWriteTraceId"]?.text
            guard let record = try find(plural, id, idProperty: input["idProperty"]?.stringValue) else {
                missing.append(id)
                continue
            }
            do {
                let updated = try update(
                    plural, record, values: try HubSpotCall.properties(input), context: call.context, stage: call.stage)
                outcome.results.append(
                    try render(updated, plural, .everything).adding("objectWriteTraceId", .optional(traceID)))
            } catch {
                outcome.errors.append(error.batchError(traceID: traceID))
            }
        }
        if !missing.isEmpty { outcome.errors.append(Self.missing(missing, schema.kind).batchError(traceID: nil)) }
        return outcome.answer(status: 200, now: call.stage.clock.now())
    }

    private mutating func batchUpsert(_ call: HubSpotCall, _ plural: String) throws(HubSpotProblem) -> HubSpotAnswer {
        let inputs = try call.inputs()
        try refuseUnknownProperties(inputs, try schema(plural))
        try refuseDuplicates(inputs)
        var outcome = BatchOutcome(startedAt: call.request.receivedAt)
        let isTraced = inputs.allSatisfy { $0["objectWriteTraceId"]?.text != nil }
        if !isTraced {
            try rehearse { trial throws(HubSpotProblem) in
                for input in inputs { _ = try trial.upsert(call.rehearsal, plural, input: input) }
            }
        }
        for input in inputs {
            let traceID = input["objectWriteTraceId"]?.text
            do {
                let (record, isNew) = try upsert(call, plural, input: input)
                outcome.results.append(
                    try render(record, plural, .everything).adding("new", .bool(isNew))
                        .adding("objectWriteTraceId", .optional(traceID)))
            } catch {
                guard isTraced else { throw error }
                outcome.errors.append(error.batchError(traceID: traceID))
            }
        }
        return outcome.answer(status: 200, now: call.stage.clock.now())
    }

    private mutating func upsert(
        _ call: HubSpotCall, _ plural: String, input: JSON
    ) throws(HubSpotProblem) -> (HubSpotRecord, isNew: Bool) {
        guard let id = input["id"]?.text, !id.isEmpty else { throw .badJSON("each input needs an id") }
        let idProperty = input["idProperty"]?.stringValue
        let values = try HubSpotCall.properties(input)
        if let record = try find(plural, id, idProperty: idProperty) {
            return (try update(plural, record, values: values, context: call.context, stage: call.stage), false)
        }
        guard let idProperty, idProperty != "hs_object_id" else {
            throw Self.missing([id], try schema(plural).kind)
        }
        let all = values.contains { $0.0 == idProperty } ? values : values + [(idProperty, id)]
        return (try create(plural, values: all, context: call.context, stage: call.stage), true)
    }

    private mutating func batchArchive(_ call: HubSpotCall, _ plural: String) throws(HubSpotProblem) -> HubSpotAnswer {
        for input in try call.inputs() {
            guard let record = input["id"]?.text.flatMap({ Int($0) }).flatMap({ tables[plural]?.live($0) }) else {
                continue
            }
            archive(plural, record, context: call.context, stage: call.stage)
        }
        return .noContent
    }
}

extension JSON {
    /// The object with one more member; null is left out.
    fileprivate func adding(_ key: String, _ value: JSON) -> JSON {
        guard var object = objectValue, !value.isNull else { return self }
        object[key] = value
        return .object(object)
    }
}
