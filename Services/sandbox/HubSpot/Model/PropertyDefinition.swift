import SandboxKit

/// The definition of one property of a kind of object.
struct PropertyDefinition: Sendable {
    /// What values it takes.
    enum ValueType: String, Sendable {
        case string, number, date, datetime, enumeration, bool
    }

    struct Option: Sendable, Equatable {
        var label: String
        var value: String
        var description: String?
        var displayOrder: Int
        var isHidden: Bool
    }

    /// Which `fieldType`s go with which type.
    static let fieldTypes: [ValueType: Set<String>] = [
        .string: ["text", "textarea", "file", "phonenumber", "html", "calculation_equation"],
        .number: ["number", "calculation_equation"], .date: ["date"], .datetime: ["date"],
        .enumeration: ["select", "radio", "checkbox", "booleancheckbox", "calculation_equation"],
        .bool: ["booleancheckbox", "calculation_equation"],
    ]

    let name: String
    var label: String
    var type: ValueType
    var fieldType: String
    var groupName: String
    var description = ""
    var options: [Option] = []
    var displayOrder = -1
    var hasUniqueValue = false
    var isHidden = false
    var isFormField = false
    var isReadOnly = false
    var isHubSpotDefined = false
    var isArchived = false
    var referencedObjectType: String?
    var createdAt: SandboxInstant?
    var updatedAt: SandboxInstant?

    /// Whether several options may be chosen, joined by semicolons.
    var isMultiple: Bool { fieldType == "checkbox" }

    var json: JSON {
        var object: JSONObject = [
            "updatedAt": .optional(updatedAt?.iso8601), "createdAt": .optional(createdAt?.iso8601),
            "name": .string(name), "label": .string(label), "type": .string(type.rawValue),
            "fieldType": .string(fieldType), "description": .string(description), "groupName": .string(groupName),
            "options": .array(options.map(\.json)), "displayOrder": .int(displayOrder),
            "calculated": .bool(fieldType == "calculation_equation"),
            "externalOptions": .bool(referencedObjectType != nil),
            "hasUniqueValue": .bool(hasUniqueValue), "hidden": .bool(isHidden),
            "hubspotDefined": .bool(isHubSpotDefined), "archived": .bool(isArchived), "formField": .bool(isFormField),
            "modificationMetadata": [
                "archivable": .bool(!isHubSpotDefined), "readOnlyDefinition": .bool(isHubSpotDefined),
                "readOnlyValue": .bool(isReadOnly),
            ],
            "dataSensitivity": "non_sensitive",
        ]
        if createdAt == nil { object["createdAt"] = nil }
        if updatedAt == nil { object["updatedAt"] = nil }
        if let referencedObjectType { object["referencedObjectType"] = .string(referencedObjectType) }
        return .object(object)
    }
}

extension PropertyDefinition.Option {
    var json: JSON {
        var object: JSONObject = [
            "label": .string(label), "value": .string(value), "displayOrder": .int(displayOrder),
            "hidden": .bool(isHidden),
        ]
        if let description { object["description"] = .string(description) }
        return .object(object)
    }
}

/// A heading under which properties are shown.
struct PropertyGroup: Sendable {
    let name: String
    var label: String
    var displayOrder: Int
    var isArchived = false

    var json: JSON {
        [
            "name": .string(name), "label": .string(label), "displayOrder": .int(displayOrder),
            "archived": .bool(isArchived),
        ]
    }
}
