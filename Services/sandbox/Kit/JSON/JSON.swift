public import Foundation

/// A JSON value with ordered objects and exact decimals, as the sandboxes keep and send it.
public enum JSON: Sendable, Hashable {
    /// The literal `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number without fraction or exponent that fits 64 bits.
    case int(Int)
    /// Any other number, exact to 38 digits.
    case decimal(Decimal)
    /// A string.
    case string(String)
    /// A list.
    case array([JSON])
    /// An object; its keys keep their order.
    case object(JSONObject)

    /// The string, if it is one.
    public var stringValue: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The integer, if it is one (a decimal without fraction counts).
    public var intValue: Int? {
        switch self {
        case .int(let value): value
        case .decimal(let value): Int("\(value)")
        default: nil
        }
    }

    /// The number as an exact decimal, if it is one.
    public var decimalValue: Decimal? {
        switch self {
        case .int(let value): Decimal(value)
        case .decimal(let value): value
        default: nil
        }
    }

    /// The number as binary floating point, if it is one.
    public var doubleValue: Double? {
        switch self {
        case .int(let value): Double(value)
        case .decimal(let value): Double("\(value)")
        default: nil
        }
    }

    /// The truth value, if it is one.
    public var boolValue: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The list, if it is one.
    public var arrayValue: [JSON]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The object, if it is one.
    public var objectValue: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    /// Whether this is `null`.
    public var isNull: Bool { self == .null }

    /// The member of that name, or nil when this is no object or has none.
    public subscript(key: String) -> JSON? {
        if case .object(let object) = self { object[key] } else { nil }
    }

    /// A number from binary floating point; a value without exact meaning becomes `null`.
    public static func number(_ value: Double) -> JSON {
        guard value.isFinite else { return .null }
        if let exact = Int(exactly: value) { return .int(exact) }
        return Decimal(string: "\(value)").map(JSON.decimal) ?? .null
    }

    /// A number from a decimal, an integer where it has no fraction.
    public static func number(_ value: Decimal) -> JSON {
        if let exact = Int("\(value)") { return .int(exact) }
        return .decimal(value)
    }

    /// The string, or `null` for nil.
    public static func optional(_ value: String?) -> JSON {
        value.map(JSON.string) ?? .null
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    /// A string value.
    public init(stringLiteral value: String) { self = .string(value) }
    /// An integer value.
    public init(integerLiteral value: Int) { self = .int(value) }
    /// A truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension JSON: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral {
    /// A list.
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }
    /// An object with the members in the order written.
    public init(dictionaryLiteral elements: (String, JSON)...) { self = .object(JSONObject(elements)) }
    /// `null`.
    public init(nilLiteral: ()) { self = .null }
}

extension JSON: CustomStringConvertible {
    /// The JSON text.
    public var description: String { String(decoding: serialized(), as: UTF8.self) }
}
