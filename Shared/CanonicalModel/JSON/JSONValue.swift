/// A JSON value as a tree, for documents whose shape is not ours: payloads of vendors.
///
/// Reading goes by key and position, where what is missing is null, so that a chain needs no unwrapping:
/// `body["customer"]["emails"][0].string`. `object?["key"]` tells a member that is missing from one that is null.
///
/// Our own messages are read by `JSONReader` and written by `JSONWriter`, which are several times as fast.
public enum JSONValue: Sendable, Hashable {
    case object(JSONObject)
    case array([JSONValue])
    case string(String)
    case number(JSONNumber)
    case bool(Bool)
    case null

    /// Writes a whole number.
    public static func int(_ value: some FixedWidthInteger) -> JSONValue {
        .number(JSONNumber(value))
    }

    /// The text, when this is a string.
    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The number as written, when this is a number.
    public var number: JSONNumber? {
        if case .number(let value) = self { value } else { nil }
    }

    /// The whole number of 64 bits, when this is one; `12.00` counts, `"12"` does not.
    public var int: Int64? { number?.int64 }

    /// The truth value, when this is one.
    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The elements, when this is an array.
    public var array: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The members, when this is an object.
    public var object: JSONObject? {
        if case .object(let value) = self { value } else { nil }
    }

    /// Whether this is null, as is everything that is missing.
    public var isNull: Bool { self == .null }

    /// The kind of the value.
    public var kind: JSONKind {
        switch self {
        case .object: .object
        case .array: .array
        case .string: .string
        case .number: .number
        case .bool: .bool
        case .null: .null
        }
    }

    /// The value of a member; null when there is none or this is no object.
    ///
    /// Setting adds or replaces the member; what is not an object becomes one.
    public subscript(key: String) -> JSONValue {
        get { object?[key] ?? .null }
        set {
            var object = object ?? JSONObject()
            self = .null  // so that the members are not copied
            object[key] = newValue
            self = .object(object)
        }
    }

    /// The element at a position from 0; null when there is none or this is no array.
    public subscript(index: Int) -> JSONValue {
        guard case .array(let elements) = self, elements.indices.contains(index) else { return .null }
        return elements[index]
    }

    /// The same value without the members that are null, at every level; nulls in arrays stay.
    public func removingNulls() -> JSONValue {
        switch self {
        case .object(let object): .object(object.removingNulls())
        case .array(let elements): .array(elements.map { $0.removingNulls() })
        default: self
        }
    }
}
