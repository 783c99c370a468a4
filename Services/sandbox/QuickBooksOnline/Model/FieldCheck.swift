import Foundation
import SandboxKit

/// Checks a body against a kind's fields and gives each value the form in which it is kept.
enum FieldCheck {
    /// The fields of a body that may be written; null means "clear".
    static func accepted(_ body: JSONObject, kind: EntityKind) throws(QuickBooksFault) -> JSONObject {
        var result = JSONObject()
        for (name, value) in body {
            guard let field = kind.fields[name] else { throw .unsupportedProperty(name) }
            if field.isReadOnly || ["Id", "SyncToken", "MetaData", "sparse"].contains(name) { continue }
            // An empty text clears a field, whatever its type.
            let isEmpty = value.isNull || value == "" || (field.type == .reference && value["value"] == "")
            result[name] = isEmpty ? .null : try normalized(value, name, field)
        }
        return result
    }

    private static func normalized(_ value: JSON, _ name: String, _ field: EntityKind.Field) throws(QuickBooksFault)
        -> JSON
    {
        switch field.type {
        case .string:
            guard let text = value.stringValue ?? value.decimalValue.map({ "\($0)" }) else {
                throw .badValue(name, "must be a string")
            }
            if let maximum = field.maximum, text.count > maximum { throw .tooLong(name, text.count, maximum) }
            return .string(text)
        case .number:
            guard let number = value.amount else { throw .badValue(name, "must be a number") }
            return .number(number)
        case .integer:
            guard let number = value.amount, let integer = Int("\(number)") else {
                throw .badValue(name, "must be an integer")
            }
            return .int(integer)
        case .flag:
            if let flag = value.boolValue { return .bool(flag) }
            guard let text = value.stringValue?.lowercased(), ["true", "false"].contains(text) else {
                throw .badValue(name, "must be true or false")
            }
            return .bool(text == "true")
        case .date:
            guard let text = value.stringValue, let day = SandboxInstant(iso8601: String(text.prefix(10))) else {
                throw .badValue(name, "must be a date such as 2026-11-21")
            }
            return .string(day.dateOnly)
        case .instant:
            guard let text = value.stringValue, SandboxInstant(iso8601: text) != nil else {
                throw .badValue(name, "must be a time such as 2026-11-21T08:00:00-08:00")
            }
            return .string(text)
        case .reference:
            guard let object = value.objectValue,
                let id = object["value"]?.stringValue ?? object["value"]?.intValue.map(String.init)
            else { throw .badValue(name, "must be a reference with a value") }
            var reference: JSONObject = ["value": .string(id)]
            if let text = object["name"]?.stringValue { reference["name"] = .string(text) }
            return .object(reference)
        case .object:
            guard value.objectValue != nil else { throw .badValue(name, "must be an object") }
            return withoutNulls(value)
        case .list:
            guard value.arrayValue != nil else { throw .badValue(name, "must be a list") }
            return withoutNulls(value)
        }
    }

    private static func withoutNulls(_ value: JSON) -> JSON {
        switch value {
        case .object(let object):
            .object(
                JSONObject(
                    object.filter { !$0.value.isNull && $0.value != "" }.map { ($0.key, withoutNulls($0.value)) }))
        case .array(let elements): .array(elements.map(withoutNulls))
        default: value
        }
    }
}
