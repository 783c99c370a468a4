import SandboxKit

/// Which parts of a record an answer shows.
struct RecordView: Sendable {
    /// The properties asked for; nil means all that are set.
    var properties: [String]?
    var withHistory: [String] = []
    var associations: [String] = []

    static let everything = RecordView(properties: nil)

    init(properties: [String]?) {
        self.properties = properties
    }

    /// The view that a query asks for; without `properties` it is the kind's defaults.
    init(_ request: SandboxRequest, schema: ObjectSchema) {
        let asked = request.queryList("properties")
        properties = asked.isEmpty ? schema.kind.defaultProperties : Self.always(schema.kind) + asked
        withHistory = request.queryList("propertiesWithHistory")
        associations = request.queryList("associations")
    }

    /// The view that a body of a batch read or a search asks for.
    init(_ body: JSON, schema: ObjectSchema) {
        let asked = (body["properties"]?.arrayValue ?? []).compactMap(\.stringValue)
        properties = asked.isEmpty ? schema.kind.defaultProperties : Self.always(schema.kind) + asked
        withHistory = (body["propertiesWithHistory"]?.arrayValue ?? []).compactMap(\.stringValue)
    }

    private static func always(_ kind: ObjectKind) -> [String] {
        [kind.createdProperty, "hs_object_id", kind.modifiedProperty]
    }
}

extension HubSpotPortal {
    /// A record as the API shows it; `values` replaces its properties where an index answers.
    func render(
        _ record: HubSpotRecord, _ plural: String, _ view: RecordView, values: [String: String]? = nil
    ) throws(HubSpotProblem) -> JSON {
        let schema = try schema(plural)
        let all = values ?? record.properties
        var properties = JSONObject()
        if let asked = view.properties {
            for name in Set(asked.map { $0.lowercased() }).sorted() where schema.definition(name) != nil {
                properties[name] = .optional(all[name])
            }
        } else {
            for (name, value) in all.sorted(by: { $0.key < $1.key }) { properties[name] = .string(value) }
        }
        let updatedAt = (all[schema.kind.modifiedProperty].flatMap { SandboxInstant(iso8601: $0) }) ?? record.updatedAt
        var object: JSONObject = [
            "id": .string(String(record.id)), "properties": .object(properties),
            "createdAt": .string(record.createdAt.iso8601), "updatedAt": .string(updatedAt.iso8601),
            "archived": .bool(record.isArchived),
        ]
        if let archivedAt = record.archivedAt { object["archivedAt"] = .string(archivedAt.iso8601) }
        object["url"] = .string(
            "https://app.hubspot.com/contacts/\(account.portalID)/record/\(schema.kind.typeID)/\(record.id)")
        if !view.withHistory.isEmpty { object["propertiesWithHistory"] = history(of: record, view.withHistory) }
        if !view.associations.isEmpty {
            let shown = try associationsShown(record, plural, view.associations)
            if !shown.isEmpty { object["associations"] = .object(shown) }
        }
        return .object(object)
    }

    private func history(of record: HubSpotRecord, _ names: [String]) -> JSON {
        .object(
            JSONObject(
                names.map { name in
                    let versions: [JSON] = (record.versions[name.lowercased()] ?? []).reversed().map {
                        [
                            "value": .string($0.value), "timestamp": .string($0.at.iso8601),
                            "sourceType": .string($0.source), "sourceId": .string($0.sourceID),
                        ]
                    }
                    return (name, .array(versions))
                }))
    }

    private func associationsShown(
        _ record: HubSpotRecord, _ plural: String, _ types: [String]
    ) throws(HubSpotProblem) -> JSONObject {
        var shown = JSONObject()
        for name in types {
            let other = try self.plural(name)
            let linked = associations.linked(from: ObjectReference(type: plural, id: record.id), to: other)
            let results: [JSON] = linked.flatMap { link in
                link.types.compactMap { type in
                    associationKinds[type].map {
                        ["id": .string(String(link.id)), "type": .string(associationName($0))]
                    }
                }
            }
            if !results.isEmpty { shown[other] = ["results": .array(results)] }
        }
        return shown
    }
}
