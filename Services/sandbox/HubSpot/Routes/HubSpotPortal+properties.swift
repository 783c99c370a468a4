import SandboxKit

extension HubSpotPortal {
    /// The most unique properties that one kind of object may have.
    private static let uniqueLimit = 10

    /// Answers `/crm/v3/properties/{type}…`.
    mutating func answerProperties(_ call: HubSpotCall, _ path: [String]) throws(HubSpotProblem) -> HubSpotAnswer {
        guard let name = path.first else { throw .noRoute }
        let plural = try plural(name)
        let rest = Array(path.dropFirst())
        let isRead = call.method == "GET" || rest == ["batch", "read"]
        try call.require(schemaScope(plural, isRead: isRead))
        switch (call.method, rest.count, rest.first) {
        case ("GET", 0, _): return try listProperties(call, plural)
        case ("POST", 0, _):
            let definition = try newDefinition(.object(try call.object()), plural, call)
            tables[plural]?.define(definition)
            logDefinition(definition.name, plural, "create", call)
            return HubSpotAnswer(status: 201, json: definition.json)
        case (_, _, "groups"): return try answerGroups(call, plural, Array(rest.dropFirst()))
        case ("POST", 2, "batch"): return try batchProperties(call, plural, rest[1])
        case ("GET", 1, let name?): return HubSpotAnswer(json: try definition(name, plural, call).json)
        case ("PATCH", 1, let name?): return try changeDefinition(call, plural, try definition(name, plural, call))
        case ("DELETE", 1, let name?):
            try archiveDefinition(name, plural, call)
            return .noContent
        default: throw .methodNotAllowed()
        }
    }

    private func schemaScope(_ plural: String, isRead: Bool) -> String? {
        guard ["contacts", "companies", "deals"].contains(plural) else { return nil }
        return "crm.schemas.\(plural).\(isRead ? "read" : "write")"
    }

    private func logDefinition(_ name: String, _ plural: String, _ operation: String, _ call: HubSpotCall) {
        guard let kind = kind(plural) else { return }
        call.stage.history.commit(
            SandboxChange(
                vendor: call.stage.vendor, objectType: "property", nativeID: "\(kind.plural).\(name)",
                operation: operation,
                fields: [], actor: call.context.actor, requestID: call.request.id, at: call.context.now))
    }

    private func listProperties(_ call: HubSpotCall, _ plural: String) throws(HubSpotProblem) -> HubSpotAnswer {
        let schema = try schema(plural)
        let isArchived = call.request.query("archived") == "true"
        let shown = schema.definitionOrder.compactMap { schema.definitions[$0] }.filter { $0.isArchived == isArchived }
        return HubSpotAnswer(json: ["results": .array(shown.map(\.json))])
    }

    private func definition(_ name: String, _ plural: String, _ call: HubSpotCall) throws(HubSpotProblem)
        -> PropertyDefinition
    {
        let isArchived = call.request.query("archived") == "true"
        guard let definition = try schema(plural).definitions[name.lowercased()], definition.isArchived == isArchived
        else {
            throw HubSpotProblem(
                status: 404, category: "OBJECT_NOT_FOUND", message: "Property \(name) does not exist",
                subCategory: "Properties.PROPERTY_NOT_FOUND")
        }
        return definition
    }

    private func newDefinition(_ body: JSON, _ plural: String, _ call: HubSpotCall) throws(HubSpotProblem)
        -> PropertyDefinition
    {
        let schema = try schema(plural)
        func text(_ key: String) throws(HubSpotProblem) -> String {
            guard let text = body[key]?.stringValue, !text.isEmpty else { throw .badJSON("\(key) is required") }
            return text
        }
        let name = try text("name")
        guard name.wholeMatch(of: /[a-z][a-z0-9_]{0,99}/) != nil else {
            throw .invalid(
                "The property name \(name) must start with a letter and have only lower-case letters, digits and underscores",
                code: "INVALID_PROPERTY_NAME")
        }
        if let existing = schema.definitions[name], !existing.isArchived {
            throw HubSpotProblem(
                status: 409, category: "OBJECT_ALREADY_EXISTS", message: "A property named '\(name)' already exists.",
                subCategory: "Properties.PROPERTY_EXISTS")
        }
        guard let type = PropertyDefinition.ValueType(rawValue: try text("type")) else {
            throw .invalid("type must be one of string, number, date, datetime, enumeration, bool")
        }
        let fieldType = try text("fieldType")
        guard PropertyDefinition.fieldTypes[type]?.contains(fieldType) ?? false else {
            throw .invalid(
                "The fieldType \(fieldType) does not go with the type \(type.rawValue)", code: "INVALID_FIELD_TYPE")
        }
        let group = try text("groupName")
        guard schema.groups.contains(where: { $0.name == group && !$0.isArchived }) else {
            throw .invalid("The property group \(group) does not exist", code: "GROUP_NOT_FOUND")
        }
        var definition = PropertyDefinition(
            name: name, label: try text("label"), type: type, fieldType: fieldType, groupName: group)
        try apply(body, to: &definition)
        if type == .enumeration, definition.options.isEmpty, body["externalOptions"]?.boolValue != true {
            throw .invalid("An enumeration needs options", code: "INVALID_OPTIONS")
        }
        if type == .bool, definition.options.isEmpty {
            definition.options = [
                .init(label: "Yes", value: "true", description: nil, displayOrder: 0, isHidden: false),
                .init(label: "No", value: "false", description: nil, displayOrder: 1, isHidden: false),
            ]
        }
        definition.hasUniqueValue = body["hasUniqueValue"]?.boolValue ?? false
        if definition.hasUniqueValue {
            guard type == .string || type == .number else { throw .invalid("Only strings and numbers can be unique") }
            guard schema.uniqueCustomCount < Self.uniqueLimit else {
                throw .invalid(
                    "A kind of object has at most \(Self.uniqueLimit) unique properties", code: "UNIQUE_PROPERTY_LIMIT")
            }
        }
        definition.createdAt = call.context.now
        definition.updatedAt = call.context.now
        return definition
    }

    private func apply(_ body: JSON, to definition: inout PropertyDefinition) throws(HubSpotProblem) {
        if let description = body["description"]?.stringValue { definition.description = description }
        if let order = body["displayOrder"]?.intValue { definition.displayOrder = order }
        if let isHidden = body["hidden"]?.boolValue { definition.isHidden = isHidden }
        if let isFormField = body["formField"]?.boolValue { definition.isFormField = isFormField }
        if let type = body["referencedObjectType"]?.stringValue { definition.referencedObjectType = type }
        guard let options = body["options"], !options.isNull else { return }
        guard let list = options.arrayValue else { throw .badJSON("options must be a list") }
        definition.options = []
        for (index, option) in list.enumerated() {
            guard let label = option["label"]?.stringValue, let value = option["value"]?.text else {
                throw .badJSON("each option needs label and value")
            }
            guard !definition.options.contains(where: { $0.value == value || $0.label == label }) else {
                throw .invalid("The option \(value) is there twice", code: "DUPLICATE_OPTION")
            }
            definition.options.append(
                .init(
                    label: label, value: value, description: option["description"]?.stringValue,
                    displayOrder: option["displayOrder"]?.intValue ?? index,
                    isHidden: option["hidden"]?.boolValue ?? false))
        }
    }

    private mutating func changeDefinition(
        _ call: HubSpotCall, _ plural: String, _ old: PropertyDefinition
    ) throws(HubSpotProblem) -> HubSpotAnswer {
        let body = JSON.object(try call.object())
        var definition = old
        if old.isHubSpotDefined {
            let isOnlyOptions = try call.object().keys.allSatisfy { ["options", "displayOrder"].contains($0) }
            guard isOnlyOptions else {
                throw .invalid("\(old.name) is defined by HubSpot and cannot be changed", code: "READ_ONLY_DEFINITION")
            }
        }
        if let label = body["label"]?.stringValue { definition.label = label }
        if let group = body["groupName"]?.stringValue {
            guard try schema(plural).groups.contains(where: { $0.name == group && !$0.isArchived }) else {
                throw .invalid("The property group \(group) does not exist", code: "GROUP_NOT_FOUND")
            }
            definition.groupName = group
        }
        if let type = body["type"]?.stringValue.flatMap(PropertyDefinition.ValueType.init) { definition.type = type }
        if let fieldType = body["fieldType"]?.stringValue { definition.fieldType = fieldType }
        guard PropertyDefinition.fieldTypes[definition.type]?.contains(definition.fieldType) ?? false else {
            throw .invalid(
                "The fieldType \(definition.fieldType) does not go with the type \(definition.type.rawValue)")
        }
        try apply(body, to: &definition)
        definition.updatedAt = call.context.now
        tables[plural]?.define(definition)
        logDefinition(definition.name, plural, "update", call)
        return HubSpotAnswer(json: definition.json)
    }

    private mutating func archiveDefinition(_ name: String, _ plural: String, _ call: HubSpotCall)
        throws(HubSpotProblem)
    {
        var definition = try definition(name, plural, call)
        guard !definition.isHubSpotDefined else {
            throw .invalid("\(name) is defined by HubSpot and cannot be archived", code: "READ_ONLY_DEFINITION")
        }
        definition.isArchived = true
        tables[plural]?.define(definition)
        logDefinition(name, plural, "delete", call)
    }

    private mutating func batchProperties(_ call: HubSpotCall, _ plural: String, _ verb: String) throws(HubSpotProblem)
        -> HubSpotAnswer
    {
        guard ["create", "read", "archive"].contains(verb) else { throw .noRoute }
        var results: [JSON] = []
        var errors: [JSON] = []
        for input in try call.inputs() {
            do throws(HubSpotProblem) {
                switch verb {
                case "create":
                    let definition = try newDefinition(input, plural, call)
                    tables[plural]?.define(definition)
                    logDefinition(definition.name, plural, "create", call)
                    results.append(definition.json)
                case "read": results.append(try definition(input["name"]?.stringValue ?? "", plural, call).json)
                default: try archiveDefinition(input["name"]?.stringValue ?? "", plural, call)
                }
            } catch {
                errors.append(error.batchError(traceID: nil))
            }
        }
        if verb == "archive" { return .noContent }
        var object: JSONObject = [
            "status": "COMPLETE", "results": .array(results), "startedAt": .string(call.request.receivedAt.iso8601),
            "completedAt": .string(call.stage.clock.now().iso8601),
        ]
        guard !errors.isEmpty else { return HubSpotAnswer(status: verb == "create" ? 201 : 200, json: .object(object)) }
        object["numErrors"] = .int(errors.count)
        object["errors"] = .array(errors)
        return HubSpotAnswer(status: 207, json: .object(object))
    }

    // MARK: Groups

    private mutating func answerGroups(_ call: HubSpotCall, _ plural: String, _ path: [String]) throws(HubSpotProblem)
        -> HubSpotAnswer
    {
        let groups = try schema(plural).groups
        let position = path.first.flatMap { name in groups.firstIndex { $0.name == name && !$0.isArchived } }
        switch (call.method, path.count) {
        case ("GET", 0): return HubSpotAnswer(json: ["results": .array(groups.filter { !$0.isArchived }.map(\.json))])
        case ("POST", 0):
            let body = JSON.object(try call.object())
            guard let name = body["name"]?.stringValue, let label = body["label"]?.stringValue else {
                throw .badJSON("name and label are required")
            }
            guard name.wholeMatch(of: /[a-z0-9_]{1,100}/) != nil else {
                throw .invalid("A group's name has only lower-case letters, digits and underscores, not \(name)")
            }
            guard !groups.contains(where: { $0.name == name && !$0.isArchived }) else {
                throw HubSpotProblem(
                    status: 409, category: "OBJECT_ALREADY_EXISTS",
                    message: "A property group named '\(name)' already exists.",
                    subCategory: "Properties.GROUP_EXISTS")
            }
            let order = body["displayOrder"]?.intValue ?? groups.count
            let group = PropertyGroup(name: name, label: label, displayOrder: order)
            tables[plural]?.schema.groups.append(group)
            return HubSpotAnswer(status: 201, json: group.json)
        case (_, 1):
            guard let position else {
                throw HubSpotProblem(
                    status: 404, category: "OBJECT_NOT_FOUND", message: "Property group \(path[0]) does not exist",
                    subCategory: "Properties.GROUP_NOT_FOUND")
            }
            return try changeGroup(call, plural, position)
        default: throw .methodNotAllowed()
        }
    }

    private mutating func changeGroup(_ call: HubSpotCall, _ plural: String, _ position: Int) throws(HubSpotProblem)
        -> HubSpotAnswer
    {
        switch call.method {
        case "GET": break
        case "PATCH":
            let body = JSON.object(try call.object())
            if let label = body["label"]?.stringValue { tables[plural]?.schema.groups[position].label = label }
            if let order = body["displayOrder"]?.intValue {
                tables[plural]?.schema.groups[position].displayOrder = order
            }
        case "DELETE":
            tables[plural]?.schema.groups[position].isArchived = true
            return .noContent
        default: throw .methodNotAllowed()
        }
        return HubSpotAnswer(json: try schema(plural).groups[position].json)
    }
}
