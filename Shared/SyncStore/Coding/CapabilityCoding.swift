import CanonicalModel
import SyncCore

/// Writes and reads what a connection can do, as a JSON document for people and for the router.
enum CapabilityCoding {
    static func encode(_ capabilities: ConnectionCapabilities) -> [UInt8] {
        var entities = JSONObject()
        for (kind, capability) in capabilities.entities.sorted(by: { $0.key < $1.key }) {
            entities[kind.rawValue] = encode(capability)
        }
        return JSONValue.object(["entities": .object(entities)]).serialised()
    }

    static func decode(
        _ bytes: [UInt8], connection: ConnectionID, role: Role
    ) throws -> ConnectionCapabilities {
        let document = try JSONValue(parsing: bytes)
        // An entity that a newer build has declared is not ours to route.
        let entities = (document["entities"].object?.members ?? []).compactMap { member in
            EntityKind(rawValue: member.key).map { decode(member.value, of: $0) }
        }
        return ConnectionCapabilities(connection: connection, role: role, entities: entities)
    }

    private static func encode(_ capability: EntityCapability) -> JSONValue {
        var object: JSONObject = [
            "native_type": .string(capability.nativeType),
            "originates": .bool(capability.originates),
            "creates": .bool(capability.creates),
            "writes": names(capability.writes),
            "reads": names(capability.reads),
            "required_at_create": names(capability.requiredAtCreate),
            "keeps_external_id": .bool(capability.keepsExternalID),
            "create_guarantee": guarantee(capability.createGuarantee),
        ]
        switch capability.placement {
        case .own: break
        case .embedded(let field): object["embedded_in"] = .string(field.name)
        case .embeddedIfFree(let field, let naming):
            object["embedded_if_free_in"] = .string(field.name)
            if let naming { object["named_by"] = .string(naming.name) }
        }
        return .object(object)
    }

    private static func decode(_ value: JSONValue, of kind: EntityKind) -> EntityCapability {
        let placement: EntityCapability.Placement =
            if let field = value["embedded_in"].string {
                .embedded(in: FieldName(field))
            } else if let field = value["embedded_if_free_in"].string {
                .embeddedIfFree(in: FieldName(field), namedBy: value["named_by"].string.map { FieldName($0) })
            } else {
                .own
            }
        return EntityCapability(
            kind, nativeType: value["native_type"].string ?? "", placement: placement,
            originates: value["originates"].bool ?? false, creates: value["creates"].bool ?? false,
            writes: names(value["writes"]), reads: names(value["reads"]),
            requiredAtCreate: names(value["required_at_create"]),
            keepsExternalID: value["keeps_external_id"].bool ?? false,
            createGuarantee: guarantee(value["create_guarantee"]))
    }

    private static func names(_ fields: Set<FieldName>) -> JSONValue {
        .array(fields.sorted().map { .string($0.name) })
    }

    private static func names(_ value: JSONValue) -> Set<FieldName> {
        Set((value.array ?? []).compactMap { $0.string.map { FieldName($0) } })
    }

    private static func guarantee(_ guarantee: EntityCapability.EffectGuarantee) -> JSONValue {
        switch guarantee {
        case .prevented(let means): ["prevented_by": .string(means)]
        case .detected(let minutes, let means): ["detected_by": .string(means), "minutes": .int(minutes)]
        case .notApplicable: .null
        }
    }

    private static func guarantee(_ value: JSONValue) -> EntityCapability.EffectGuarantee {
        if let means = value["prevented_by"].string { return .prevented(by: means) }
        if let means = value["detected_by"].string {
            return .detected(minutes: Int(clamping: value["minutes"].int ?? 0), by: means)
        }
        return .notApplicable
    }
}
