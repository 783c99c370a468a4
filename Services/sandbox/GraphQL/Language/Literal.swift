/// A value as it is written in a document, with its place.
package struct Literal: Sendable, Hashable {
    package indirect enum Kind: Sendable, Hashable {
        case variable(String)
        case int(String)
        case float(String)
        case string(String, isBlock: Bool)
        case boolean(Bool)
        case null
        case enumeration(String)
        case list([Literal])
        case object([LiteralField])
    }

    package var kind: Kind
    package var location: SourceLocation

    /// The value in GraphQL's own notation; with `sorted`, object fields stand in the order of their names.
    package func printed(sorted: Bool = false) -> String {
        switch kind {
        case .variable(let name): return "$\(name)"
        case .int(let digits), .float(let digits): return digits
        case .string(let text, let isBlock): return isBlock ? "\"\"\"\(text)\"\"\"" : GraphQLValue.quoted(text)
        case .boolean(let flag): return flag ? "true" : "false"
        case .null: return "null"
        case .enumeration(let name): return name
        case .list(let items): return "[" + items.map { $0.printed(sorted: sorted) }.joined(separator: ", ") + "]"
        case .object(let fields):
            let ordered = sorted ? fields.sorted { $0.name < $1.name } : fields
            return "{" + ordered.map { "\($0.name): \($0.value.printed(sorted: sorted))" }.joined(separator: ", ") + "}"
        }
    }

    /// Calls `body` for each variable in the value, inner ones too.
    package func forEachVariable(_ body: (String, SourceLocation) -> Void) {
        switch kind {
        case .variable(let name): body(name, location)
        case .list(let items): for item in items { item.forEachVariable(body) }
        case .object(let fields): for field in fields { field.value.forEachVariable(body) }
        default: break
        }
    }
}

/// One field of an object literal.
package struct LiteralField: Sendable, Hashable {
    package var name: String
    package var value: Literal
    package var location: SourceLocation
}
