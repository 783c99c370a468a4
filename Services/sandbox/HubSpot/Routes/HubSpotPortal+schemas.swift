import SandboxKit

extension HubSpotPortal {
    /// `/crm-object-schemas/v3/schemas[/{type}]`: custom objects, which only the highest tier has.
    mutating func answerSchemas(_ call: HubSpotCall, _ path: [String]) throws(HubSpotProblem) -> HubSpotAnswer {
        let isRead = call.method == "GET"
        try call.require(isRead ? "crm.schemas.custom.read" : "crm.schemas.custom.write")
        switch (call.method, path.count) {
        case ("GET", 0):
            let custom = tables.values.map(\.schema).filter { $0.kind.typeID.hasPrefix("2-") }
            return HubSpotAnswer(json: ["results": .array(custom.map { describe($0, call) })])
        case ("GET", 1): return HubSpotAnswer(json: describe(try schema(try plural(path[0])), call))
        case ("POST", 0):
            guard account.tier == "enterprise" else {
                throw HubSpotProblem(
                    status: 403, category: "PORTAL_TIER",
                    message: "This portal's subscription (\(account.tier)) has no custom objects; they need Enterprise."
                )
            }
            return try createSchema(call)
        case ("DELETE", 1):
            let plural = try plural(path[0])
            guard let kind = kind(plural), kind.typeID.hasPrefix("2-") else {
                throw .invalid("\(plural) cannot be deleted")
            }
            guard tables[plural]?.liveCount == 0 else { throw .invalid("\(plural) still has records") }
            tables[plural] = nil
            return .noContent
        default: throw .methodNotAllowed()
        }
    }

    private mutating func createSchema(_ call: HubSpotCall) throws(HubSpotProblem) -> HubSpotAnswer {
        let body = JSON.object(try call.object())
        guard let name = body["name"]?.stringValue, body["labels"]?.objectValue != nil else {
            throw .badJSON("name and labels are required")
        }
        guard name.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil, (try? plural(name)) == nil else {
            throw .invalid("\(name) is no name for a custom object, or it is taken")
        }
        let number = schemaIDs.next()
        let kind = ObjectKind(
            name, name, typeID: "2-\(number)", firstID: number * 10_000, created: "hs_createdate",
            defaults: (body["requiredProperties"]?.arrayValue ?? []).compactMap(\.stringValue),
            required: (body["requiredProperties"]?.arrayValue ?? []).compactMap(\.stringValue),
            searchable: (body["searchableProperties"]?.arrayValue ?? []).compactMap(\.stringValue),
            scope: "crm.objects.custom")
        add(kind)
        for property in body["properties"]?.arrayValue ?? [] {
            guard let propertyName = property["name"]?.stringValue,
                let type = property["type"]?.stringValue.flatMap(PropertyDefinition.ValueType.init)
            else { throw .badJSON("each property needs name, label, type and fieldType") }
            var definition = PropertyDefinition(
                name: propertyName, label: property["label"]?.stringValue ?? propertyName, type: type,
                fieldType: property["fieldType"]?.stringValue ?? "text", groupName: StandardProperties.groupName(kind))
            definition.hasUniqueValue = property["hasUniqueValue"]?.boolValue ?? false
            definition.createdAt = call.context.now
            definition.updatedAt = call.context.now
            tables[name]?.define(definition)
        }
        for other in (body["associatedObjects"]?.arrayValue ?? []).compactMap(\.stringValue) {
            let target = try plural(other)
            let forward = userDefinedAssociationIDs.next()
            let backward = userDefinedAssociationIDs.next()
            associationKinds[forward] = AssociationKind(
                typeID: forward, from: name, to: target, label: nil, isPrimary: false, inverse: backward,
                category: "USER_DEFINED")
            associationKinds[backward] = AssociationKind(
                typeID: backward, from: target, to: name, label: nil, isPrimary: false, inverse: forward,
                category: "USER_DEFINED")
        }
        return HubSpotAnswer(status: 201, json: describe(try schema(name), call))
    }

    private func describe(_ schema: ObjectSchema, _ call: HubSpotCall) -> JSON {
        let kind = schema.kind
        let links: [JSON] = associationKinds.values.filter { $0.from == kind.plural }.sorted { $0.typeID < $1.typeID }
            .map {
                [
                    "id": .string(String($0.typeID)), "fromObjectTypeId": .string(kind.typeID),
                    "toObjectTypeId": .string(self.kind($0.to)?.typeID ?? ""), "name": .string(associationName($0)),
                ]
            }
        return [
            "id": .string(kind.typeID), "objectTypeId": .string(kind.typeID), "name": .string(kind.singular),
            "fullyQualifiedName": .string(
                kind.typeID.hasPrefix("2-") ? "p\(account.portalID)_\(kind.singular)" : kind.singular.uppercased()),
            "labels": ["singular": .string(kind.singular), "plural": .string(kind.plural)],
            "requiredProperties": .array(kind.requiredProperties.map(JSON.string)),
            "searchableProperties": .array(kind.searchableProperties.map(JSON.string)),
            "properties": .array(schema.definitionOrder.compactMap { schema.definitions[$0]?.json }),
            "associations": .array(links), "archived": false,
        ]
    }
}
