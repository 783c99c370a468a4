/// A value that goes in (variables, coerced arguments) or comes out (results).
package indirect enum GraphQLValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case int(Int)
    case float(Double)
    case string(String)
    case list([GraphQLValue])
    case object(GraphQLObject)

    package var isNull: Bool { self == .null }

    package var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    package var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    package var int: Int? {
        if case .int(let value) = self { value } else { nil }
    }

    /// A number, whether it was written with a fraction or not.
    package var number: Double? {
        switch self {
        case .int(let value): Double(value)
        case .float(let value): value
        default: nil
        }
    }

    package var list: [GraphQLValue]? {
        if case .list(let items) = self { items } else { nil }
    }

    package var object: GraphQLObject? {
        if case .object(let fields) = self { fields } else { nil }
    }

    /// The member of an object; nil for a missing one and for anything that is not an object.
    package subscript(_ key: String) -> GraphQLValue? {
        object?[key]
    }
}

// Not by nil: the null of a value and the absence of a value must not look the same.
extension GraphQLValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .int(value) }
    package init(floatLiteral value: Double) { self = .float(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: GraphQLValue...) { self = .list(elements) }
    package init(dictionaryLiteral elements: (String, GraphQLValue)...) {
        var object = GraphQLObject()
        for (key, value) in elements { object[key] = value }
        self = .object(object)
    }
}
