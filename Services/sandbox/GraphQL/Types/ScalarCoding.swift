/// How values of a scalar type are read and written.
///
/// Each closure answers nil for a value that the scalar does not hold.
package struct ScalarCoding: Sendable {
    /// Reads a variable's value or an argument that was already reduced to a value.
    package var read: @Sendable (GraphQLValue) -> GraphQLValue?
    /// Reads a literal; variables inside were replaced before.
    package var readLiteral: @Sendable (Literal) -> GraphQLValue?
    /// Writes a resolver's value into the result.
    package var write: @Sendable (GraphQLValue) -> GraphQLValue?

    package init(
        read: @escaping @Sendable (GraphQLValue) -> GraphQLValue?,
        readLiteral: (@Sendable (Literal) -> GraphQLValue?)? = nil,
        write: (@Sendable (GraphQLValue) -> GraphQLValue?)? = nil
    ) {
        self.read = read
        self.readLiteral = readLiteral ?? { $0.plainValue.flatMap(read) }
        self.write = write ?? { $0 }
    }

    /// Takes every value as it is, as a scalar does of which nothing is known.
    package static let any = ScalarCoding(read: { $0 })

    /// A string that `accepts` judges.
    package static func text(_ accepts: @escaping @Sendable (String) -> Bool) -> ScalarCoding {
        ScalarCoding(read: { value in value.string.flatMap { accepts($0) ? value : nil } })
    }

    static let int = ScalarCoding(
        read: { integer($0) },
        readLiteral: { literal in
            guard case .int(let digits) = literal.kind, let number = Int32(digits) else { return nil }
            return .int(Int(number))
        },
        write: { value in
            switch value {
            case .bool(let flag): .int(flag ? 1 : 0)
            default: integer(value)
            }
        })

    static let float = ScalarCoding(
        read: { finite($0.number) },
        readLiteral: { literal in
            switch literal.kind {
            case .int(let digits), .float(let digits): finite(Double(digits))
            default: nil
            }
        },
        write: { value in
            switch value {
            case .bool(let flag): .float(flag ? 1 : 0)
            default: finite(value.number)
            }
        })

    static let string = ScalarCoding(
        read: { $0.string.map { .string($0) } },
        readLiteral: { literal in
            guard case .string(let text, _) = literal.kind else { return nil }
            return .string(text)
        },
        write: { value in
            switch value {
            case .string: value
            case .bool(let flag): .string(flag ? "true" : "false")
            case .int(let number): .string(String(number))
            case .float(let number) where number.isFinite: .string("\(number)")
            default: nil
            }
        })

    static let boolean = ScalarCoding(
        read: { $0.bool.map { .bool($0) } },
        readLiteral: { literal in
            guard case .boolean(let flag) = literal.kind else { return nil }
            return .bool(flag)
        },
        write: { value in
            switch value {
            case .bool: value
            case .int, .float: value.number.flatMap { $0.isFinite ? .bool($0 != 0) : nil }
            default: nil
            }
        })

    static let id = ScalarCoding(
        read: { identifier($0) },
        readLiteral: { literal in
            switch literal.kind {
            case .string(let text, _): .string(text)
            case .int(let digits): .string(digits)
            default: nil
            }
        },
        write: { identifier($0) })

    /// The five scalars that every schema has.
    static let builtIn: [String: ScalarCoding] = [
        "Int": .int, "Float": .float, "String": .string, "Boolean": .boolean, "ID": .id,
    ]

    private static func integer(_ value: GraphQLValue) -> GraphQLValue? {
        guard let number = value.number, let exact = Int32(exactly: number) else { return nil }
        return .int(Int(exact))
    }

    private static func finite(_ number: Double?) -> GraphQLValue? {
        guard let number, number.isFinite else { return nil }
        return .float(number)
    }

    private static func identifier(_ value: GraphQLValue) -> GraphQLValue? {
        switch value {
        case .string: value
        case .int(let number): .string(String(number))
        case .float(let number): Int(exactly: number).map { .string(String($0)) }
        default: nil
        }
    }
}

extension Literal {
    /// The value that the literal denotes by itself; nil where a variable stands in it or a number has no value.
    package var plainValue: GraphQLValue? { value(variables: [:]) }

    /// The value that the literal denotes; nil where a variable in it has no value.
    func value(variables: GraphQLObject) -> GraphQLValue? {
        switch kind {
        case .variable(let name): return variables[name]
        case .int(let digits): return Int(digits).map { .int($0) } ?? Double(digits).map { .float($0) }
        case .float(let digits): return Double(digits).map { .float($0) }
        case .string(let text, _): return .string(text)
        case .boolean(let flag): return .bool(flag)
        case .null: return .null
        case .enumeration(let name): return .string(name)
        case .list(let items):
            var values: [GraphQLValue] = []
            for item in items {
                guard let value = item.value(variables: variables) else { return nil }
                values.append(value)
            }
            return .list(values)
        case .object(let fields):
            var object = GraphQLObject()
            for field in fields {
                guard let value = field.value.value(variables: variables) else { return nil }
                object[field.name] = value
            }
            return .object(object)
        }
    }
}
