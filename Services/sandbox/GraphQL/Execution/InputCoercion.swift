/// Reads values and literals as inputs of a type.
struct InputCoercion {
    /// Why a value was refused, and where inside it.
    struct Problem: Error {
        var path: [GraphQLError.PathElement]
        var explanation: String
    }

    let schema: Schema

    // MARK: Values (of variables)

    /// The value as an input of `type`; every problem goes to `problems`, and the result is then not to be used.
    func coerce(
        _ value: GraphQLValue, to type: TypeReference, at path: [GraphQLError.PathElement] = [],
        problems: inout [Problem]
    ) -> GraphQLValue {
        switch type {
        case .nonNull(let inner):
            if value.isNull {
                problems.append(Problem(path: path, explanation: "Expected value to not be null"))
                return .null
            }
            return coerce(value, to: inner, at: path, problems: &problems)
        case _ where value.isNull:
            return .null
        case .list(let element):
            guard let items = value.list else {
                return .list([coerce(value, to: element, at: path, problems: &problems)])
            }
            var result: [GraphQLValue] = []
            result.reserveCapacity(items.count)
            for (position, item) in items.enumerated() {
                result.append(coerce(item, to: element, at: path + [.index(position)], problems: &problems))
            }
            return .list(result)
        case .named(let name):
            return coerce(value, toNamed: name, at: path, problems: &problems)
        }
    }

    private func coerce(
        _ value: GraphQLValue, toNamed name: String, at path: [GraphQLError.PathElement], problems: inout [Problem]
    ) -> GraphQLValue {
        func refuse(_ explanation: String) -> GraphQLValue {
            problems.append(Problem(path: path, explanation: explanation))
            return .null
        }
        switch schema.types[name] {
        case .scalar(let scalar):
            return scalar.coding.read(value) ?? refuse("Could not coerce value \(Self.text(value)) to \(name)")
        case .enumeration(let enumeration):
            if let text = value.string, enumeration.values[text] != nil { return value }
            let allowed = enumeration.values.map(\.name).joined(separator: ", ")
            return refuse("Expected \(Self.text(value)) to be one of: \(allowed)")
        case .inputObject(let input):
            guard let object = value.object else {
                return refuse("Expected \(Self.text(value)) to be a key-value object")
            }
            for key in object.keys where input.fields[key] == nil {
                problems.append(Problem(path: path + [.key(key)], explanation: "Field is not defined on \(name)"))
            }
            var result = GraphQLObject()
            for field in input.fields {
                let inner = path + [.key(field.name)]
                if let given = object[field.name] {
                    result.append(field.name, coerce(given, to: field.type, at: inner, problems: &problems))
                } else if let literal = field.defaultValue {
                    result.append(field.name, coerce(literal, to: field.type, variables: [:]) ?? .null)
                } else if field.type.isNonNull {
                    problems.append(Problem(path: inner, explanation: "Expected value to not be null"))
                }
            }
            return .object(result)
        default:
            return refuse("\(name) is not an input type")
        }
    }

    /// A value in an error message, shortened.
    private static func text(_ value: GraphQLValue) -> String {
        let text = String(decoding: value.json, as: UTF8.self)
        return text.count > 80 ? text.prefix(80) + "…" : text
    }

    // MARK: Literals

    /// The literal as an input of `type`; nil when it is none, or when it is a variable without a value.
    func coerce(_ literal: Literal, to type: TypeReference, variables: GraphQLObject) -> GraphQLValue? {
        if case .variable(let name) = literal.kind {
            guard let value = variables[name], !(value.isNull && type.isNonNull) else { return nil }
            return value
        }
        switch type {
        case .nonNull(let inner):
            return literal.kind == .null ? nil : coerce(literal, to: inner, variables: variables)
        case _ where literal.kind == .null:
            return .null
        case .list(let element):
            guard case .list(let items) = literal.kind else {
                return coerce(literal, to: element, variables: variables).map { .list([$0]) }
            }
            var result: [GraphQLValue] = []
            for item in items {
                if case .variable(let name) = item.kind, variables[name] == nil, !element.isNonNull {
                    result.append(.null)
                    continue
                }
                guard let value = coerce(item, to: element, variables: variables) else { return nil }
                result.append(value)
            }
            return .list(result)
        case .named(let name):
            return coerce(literal, toNamed: name, variables: variables)
        }
    }

    private func coerce(_ literal: Literal, toNamed name: String, variables: GraphQLObject) -> GraphQLValue? {
        switch schema.types[name] {
        case .scalar(let scalar):
            var hasVariable = false
            literal.forEachVariable { _, _ in hasVariable = true }
            return hasVariable
                ? literal.value(variables: variables).flatMap(scalar.coding.read) : scalar.coding.readLiteral(literal)
        case .enumeration(let enumeration):
            guard case .enumeration(let value) = literal.kind, enumeration.values[value] != nil else { return nil }
            return .string(value)
        case .inputObject(let input):
            guard case .object(let fields) = literal.kind else { return nil }
            var result = GraphQLObject()
            for definition in input.fields {
                let given = fields.first { $0.name == definition.name }?.value
                if let given, !isUndefined(given, variables) {
                    guard let value = coerce(given, to: definition.type, variables: variables) else { return nil }
                    result.append(definition.name, value)
                } else if let literal = definition.defaultValue {
                    result.append(definition.name, coerce(literal, to: definition.type, variables: [:]) ?? .null)
                } else if definition.type.isNonNull {
                    return nil
                }
            }
            return .object(result)
        default:
            return nil
        }
    }

    private func isUndefined(_ literal: Literal, _ variables: GraphQLObject) -> Bool {
        if case .variable(let name) = literal.kind { variables[name] == nil } else { false }
    }
}
