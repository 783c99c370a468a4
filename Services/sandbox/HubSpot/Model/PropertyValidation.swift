import Foundation
import SandboxKit

/// Checks a value against its property's definition and gives it the form in which HubSpot keeps it.
enum PropertyValidation {
    /// The longest text that a property holds.
    static let longestText = 65_536

    /// The value as kept; an empty one clears the property.
    static func normalized(
        _ value: String, for property: PropertyDefinition
    ) -> Result<String, PropertyFaultReason> {
        if value.isEmpty { return .success("") }
        switch property.type {
        case .string:
            return value.utf16.count > longestText
                ? .failure(
                    .init(code: "PROPERTY_VALUE_TOO_LONG", message: "\(property.name) is longer than \(longestText)"))
                : property.name == "email" && property.isHubSpotDefined ? email(value) : .success(value)
        case .number: return number(value)
        case .bool:
            return ["true", "false"].contains(value.lowercased())
                ? .success(value.lowercased())
                : .failure(.init(code: "INVALID_BOOLEAN", message: "\(value) was not a valid boolean."))
        case .date: return date(value)
        case .datetime: return datetime(value)
        case .enumeration: return enumeration(value, property)
        }
    }

    struct PropertyFaultReason: Error {
        let code: String
        let message: String
    }

    private static func email(_ value: String) -> Result<String, PropertyFaultReason> {
        let parts = value.split(separator: "@", omittingEmptySubsequences: false)
        let isValid =
            parts.count == 2 && !parts[0].isEmpty && parts[1].contains(".") && !parts[1].hasPrefix(".")
            && !parts[1].hasSuffix(".") && !value.contains(where: \.isWhitespace)
        return isValid
            ? .success(value.lowercased())
            : .failure(.init(code: "INVALID_EMAIL", message: "Email address \(value) is invalid"))
    }

    private static func number(_ value: String) -> Result<String, PropertyFaultReason> {
        let isNumber = value.wholeMatch(of: /[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?/) != nil
        guard isNumber, Decimal(string: value) != nil else {
            return .failure(.init(code: "INVALID_INTEGER", message: "\(value) was not a valid number."))
        }
        return .success(value)
    }

    private static func date(_ value: String) -> Result<String, PropertyFaultReason> {
        if value.count == 10, let day = SandboxInstant(iso8601: value) { return .success(day.dateOnly) }
        guard let instant = instant(value) else {
            return .failure(.init(code: "INVALID_DATE", message: "\(value) was not a valid date."))
        }
        guard instant.milliseconds % 86_400_000 == 0 else {
            return .failure(.init(code: "INVALID_DATE", message: "\(value) is at \(instant.iso8601), not midnight!"))
        }
        return .success(instant.dateOnly)
    }

    private static func datetime(_ value: String) -> Result<String, PropertyFaultReason> {
        guard let instant = instant(value) else {
            return .failure(.init(code: "INVALID_LONG", message: "\(value) was not a valid long."))
        }
        return .success(instant.iso8601)
    }

    /// A time as milliseconds since 1970 or in ISO 8601.
    static func instant(_ value: String) -> SandboxInstant? {
        if let milliseconds = Int64(value) { return SandboxInstant(milliseconds: milliseconds) }
        return SandboxInstant(iso8601: value)
    }

    private static func enumeration(_ value: String, _ property: PropertyDefinition) -> Result<
        String, PropertyFaultReason
    > {
        // Values that another object defines (owners) are not listed here.
        guard property.referencedObjectType == nil else { return .success(value) }
        let chosen = property.isMultiple ? value.split(separator: ";").map(String.init) : [value]
        for choice in chosen where !property.options.contains(where: { $0.value == choice }) {
            let allowed = property.options.map(\.value).joined(separator: ", ")
            return .failure(
                .init(code: "INVALID_OPTION", message: "\(choice) was not one of the allowed options: [\(allowed)]"))
        }
        return .success(value)
    }
}
