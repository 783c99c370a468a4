import SandboxGraphQL
import SandboxKit

// Short names for what mutations read from their input.
extension GraphQLObject {
    func text(_ name: String) -> String? { self[name]?.string }
    func number(_ name: String) -> Double? { self[name]?.number }
    func flag(_ name: String) -> Bool? { self[name]?.bool }
    func object(_ name: String) -> GraphQLObject? { self[name]?.object }
    func objects(_ name: String) -> [GraphQLObject] { self[name]?.list?.compactMap(\.object) ?? [] }
    func texts(_ name: String) -> [String] { self[name]?.list?.compactMap(\.string) ?? [] }

    /// Takes over the members of those names that `other` has, null among them.
    mutating func copy(_ names: [String], from other: GraphQLObject) {
        for name in names {
            if let value = other[name] { self[name] = value }
        }
    }

    /// Gives a member its value where it is missing or null.
    mutating func fill(_ name: String, _ value: GraphQLValue) {
        if self[name] == nil || self[name] == .null { self[name] = value }
    }
}

extension GraphQLValue {
    /// A string, or null.
    static func optional(_ text: String?) -> GraphQLValue { text.map { .string($0) } ?? .null }
    static func optional(_ number: Double?) -> GraphQLValue { number.map { .float($0) } ?? .null }

    init(_ instant: SandboxInstant) { self = .string(instant.iso8601Seconds) }

    /// The value of a JSON value; a number with a fraction becomes binary floating point, as the API's are.
    init(_ json: JSON) {
        switch json {
        case .null: self = .null
        case .bool(let flag): self = .bool(flag)
        case .int(let number): self = .int(number)
        case .decimal: self = json.doubleValue.map { .float($0) } ?? .null
        case .string(let text): self = .string(text)
        case .array(let items): self = .list(items.map(GraphQLValue.init(_:)))
        case .object(let members):
            var object = GraphQLObject()
            for (key, value) in members { object[key] = GraphQLValue(value) }
            self = .object(object)
        }
    }

    /// The value as the history and the control API hold it.
    var historyJSON: JSON {
        switch self {
        case .null: .null
        case .bool(let flag): .bool(flag)
        case .int(let number): .int(number)
        case .float(let number): .number(number)
        case .string(let text): .string(text)
        case .list(let items): .array(items.map(\.historyJSON))
        case .object(let members): .object(JSONObject(members.map { ($0.key, $0.value.historyJSON) }))
        }
    }
}

extension Double {
    /// The amount in whole cents.
    var money: Double { (self * 100).rounded() / 100 }
}
