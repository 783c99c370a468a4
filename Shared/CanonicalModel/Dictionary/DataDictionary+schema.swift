extension DataDictionary {
    /// The JSON Schema (2020-12) of the fields of an entity, as they stand in the data of an event.
    public static func jsonSchema(for kind: EntityKind) -> String {
        let entity = ModelCatalog.declaration(of: kind)
        var properties = JSONObject()
        for field in entity.fields { properties[field.name.name] = .object(schema(of: field)) }
        var schema: JSONObject = [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$id": .string("urn:plumbline:schema:\(ModelCatalog.schemaVersion):\(kind.rawValue)"),
            "title": .string(kind.rawValue),
            "description": .string(entity.text),
            "type": "object",
            "additionalProperties": false,
            "properties": .object(properties),
        ]
        let definitions = definitions(for: entity)
        if !definitions.isEmpty { schema["$defs"] = .object(definitions) }
        return JSONValue.object(schema).indented() + "\n"
    }

    private static func schema(of field: FieldDeclaration) -> JSONObject {
        var schema: JSONObject = ["description": .string(field.text)]
        schema["anyOf"] = .array([.object(value(of: field.type)), ["type": "null"]])
        if let unit = field.unit { schema["x-unit"] = .string(unit) }
        if field.pii != .none { schema["x-pii"] = .string(field.pii.rawValue) }
        if field.isRequiredAtCreate { schema["x-required-at-create"] = true }
        if field.isDerived { schema["readOnly"] = true }
        return schema
    }

    private static func value(of type: FieldType) -> JSONObject {
        switch type {
        case .text(let max): ["type": "string", "maxLength": .int(max)]
        case .integer: ["type": "integer", "minimum": .int(Int64.min), "maximum": .int(Int64.max)]
        case .quantity: use("quantity")
        case .money: use("money")
        case .flag: ["type": "boolean"]
        case .instant: use("instant")
        case .date: ["type": "string", "format": "date"]
        case .appointment: use("appointment")
        case .choice(let words): ["enum": .array(words.map(JSONValue.string))]
        case .address: use("address")
        case .reference(let kind): reference(to: kind)
        case .references(let kind): ["type": "array", "items": .object(reference(to: kind))]
        case .texts: ["type": "array", "items": ["type": "string"]]
        case .lines: ["type": "array", "items": .object(use("line"))]
        case .history(let words):
            [
                "type": "array",
                "items": .object(
                    object(
                        ["status": ["enum": .array(words.map(JSONValue.string))], "at": .object(use("instant"))],
                        required: ["status", "at"])),
            ]
        }
    }

    private static func use(_ name: String) -> JSONObject { ["$ref": .string("#/$defs/\(name)")] }

    private static func object(_ properties: JSONObject, required: [String]) -> JSONObject {
        [
            "type": "object", "additionalProperties": false, "properties": .object(properties),
            "required": .array(required.map(JSONValue.string)),
        ]
    }

    private static func reference(to kind: EntityKind) -> JSONObject {
        let native = object(
            [
                "type": ["type": "string", "minLength": 1], "id": ["type": "string", "minLength": 1],
                "entity": ["const": .string(kind.rawValue)],
            ], required: ["type", "id", "entity"])
        return ["anyOf": [["type": "string", "format": "uuid"], .object(native)]]
    }

    /// The shapes that the entity's fields use, by name.
    private static func definitions(for entity: EntityDeclaration) -> JSONObject {
        var used: Set<String> = []
        for field in entity.fields {
            switch field.type {
            case .quantity: used.insert("quantity")
            case .money: used.insert("money")
            case .instant, .history: used.insert("instant")
            case .appointment: used.formUnion(["appointment", "instant"])
            case .address: used.insert("address")
            case .lines: used.formUnion(["line", "money", "quantity"])
            case .text, .integer, .flag, .date, .choice, .reference, .references, .texts: break
            }
        }
        var definitions = JSONObject()
        for (name, shape) in shapes where used.contains(name) { definitions[name] = .object(shape) }
        return definitions
    }

    private static let shapes: [(String, JSONObject)] = [
        (
            "address",
            object(
                [
                    "line1": ["type": "string"], "line2": ["type": "string"], "city": ["type": "string"],
                    "region": ["type": "string"], "postal_code": ["type": "string"], "country": ["type": "string"],
                ], required: [])
        ),
        (
            "appointment",
            object(
                [
                    "start": .object(use("instant")), "end": .object(use("instant")),
                    "zone": ["type": "string", "minLength": 1, "description": "IANA name of the site's zone"],
                    "all_day": ["type": "boolean"],
                ], required: ["start", "end", "zone"])
        ),
        ("instant", ["type": "string", "format": "date-time"]),
        (
            "line",
            object(
                [
                    "key": ["type": "string"],
                    "kind": ["enum": .array(LineItem.Kind.allCases.map { .string($0.rawValue) })],
                    "item": .object(reference(to: .item)), "description": ["type": "string"],
                    "quantity": .object(use("quantity")), "unit_price": .object(use("money")),
                    "amount": .object(use("money")), "tax_code": ["type": "string"],
                ], required: ["key", "kind", "description", "quantity", "unit_price", "amount"])
        ),
        (
            "money",
            object(
                [
                    "minor": ["type": "integer", "description": "minor units"],
                    "currency": ["type": "string", "pattern": "^[A-Z]{3}$"],
                ], required: ["minor", "currency"])
        ),
        ("quantity", ["type": "string", "pattern": #"^-?[0-9]*\.?[0-9]*$"#]),
    ]
}

extension JSONValue {
    /// The value over several lines, for people.
    fileprivate func indented(_ margin: String = "") -> String {
        let inner = margin + "  "
        switch self {
        case .object(let object) where !object.isEmpty:
            let members = object.members.map { member in
                "\(inner)\(JSONValue.string(member.key).jsonText): \(member.value.indented(inner))"
            }
            return "{\n\(members.joined(separator: ",\n"))\n\(margin)}"
        case .array(let elements) where elements.contains { $0.object != nil }:
            return "[\n\(elements.map { inner + $0.indented(inner) }.joined(separator: ",\n"))\n\(margin)]"
        case .array(let elements): return "[\(elements.map { $0.indented(inner) }.joined(separator: ", "))]"
        default: return jsonText
        }
    }
}
