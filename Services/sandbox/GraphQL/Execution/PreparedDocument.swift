/// A document that was parsed and found valid for a schema; it can be kept and bound to variables any number of times.
package struct PreparedDocument: Sendable {
    package let schema: Schema
    package let document: Document
    let fragments: [String: FragmentDefinition]

    /// Parses and validates; the refusal holds every error.
    package init(
        _ source: String, schema: Schema, limits: Parser.Limits = Parser.Limits()
    ) throws(GraphQLRefusal) {
        let document: Document
        do {
            document = try Parser.parse(source, limits: limits)
        } catch {
            throw GraphQLRefusal([error])
        }
        let errors = Validator.validate(document, against: schema)
        guard errors.isEmpty else { throw GraphQLRefusal(errors) }
        self.schema = schema
        self.document = document
        fragments = Dictionary(document.fragments.map { ($0.name, $0) }) { first, _ in first }
    }

    /// The operation to run, with its variables read.
    ///
    /// - Parameter operationName: may be nil where the document has one operation.
    package func bind(
        operationName: String? = nil, variables: GraphQLObject = [:]
    ) throws(GraphQLRefusal) -> BoundOperation {
        let operation = try select(operationName)
        guard let root = schema.rootType(operation.kind) else {
            throw GraphQLRefusal([
                GraphQLError(
                    "Schema is not configured for \(operation.kind.rawValue)s", locations: [operation.location])
            ])
        }
        return BoundOperation(
            prepared: self, operation: operation, rootType: root,
            variables: try coerceVariables(of: operation, from: variables))
    }

    private func select(_ name: String?) throws(GraphQLRefusal) -> OperationDefinition {
        if let name {
            if let operation = document.operations.first(where: { $0.name == name }) { return operation }
            throw GraphQLRefusal([GraphQLError("No operation named \"\(name)\"")])
        }
        guard let first = document.operations.first else {
            throw GraphQLRefusal([GraphQLError("The document contains no operation")])
        }
        guard document.operations.count == 1 else {
            throw GraphQLRefusal([
                GraphQLError("An operation name is required where a document has more than one operation")
            ])
        }
        return first
    }

    private func coerceVariables(
        of operation: OperationDefinition, from values: GraphQLObject
    ) throws(GraphQLRefusal) -> GraphQLObject {
        let coercion = InputCoercion(schema: schema)
        var result = GraphQLObject()
        var errors: [GraphQLError] = []
        for variable in operation.variables {
            guard let value = values[variable.name] else {
                if let literal = variable.defaultValue {
                    result[variable.name] = coercion.coerce(literal, to: variable.type, variables: [:]) ?? .null
                } else if variable.type.isNonNull {
                    errors.append(
                        Self.error(
                            variable, .null,
                            [InputCoercion.Problem(path: [], explanation: "Expected value to not be null")]))
                }
                continue
            }
            var problems: [InputCoercion.Problem] = []
            result[variable.name] = coercion.coerce(value, to: variable.type, problems: &problems)
            if !problems.isEmpty { errors.append(Self.error(variable, value, problems)) }
        }
        guard errors.isEmpty else { throw GraphQLRefusal(errors) }
        return result
    }

    private static func error(
        _ variable: VariableDefinition, _ value: GraphQLValue, _ problems: [InputCoercion.Problem]
    ) -> GraphQLError {
        func text(_ path: [GraphQLError.PathElement]) -> String {
            path.map { element in
                switch element {
                case .key(let key): key
                case .index(let index): String(index)
                }
            }.joined(separator: ".")
        }
        let details = problems.map { problem in
            problem.path.isEmpty ? problem.explanation : "\(text(problem.path)) (\(problem.explanation))"
        }.joined(separator: ", ")
        let isWhole = problems.allSatisfy(\.path.isEmpty)
        let message =
            "Variable $\(variable.name) of type \(variable.type) was provided invalid value"
            + (isWhole ? "" : " for \(details)")
        let list = problems.map { problem -> GraphQLValue in
            let path = problem.path.map { element -> GraphQLValue in
                switch element {
                case .key(let key): .string(key)
                case .index(let index): .int(index)
                }
            }
            return ["path": .list(path), "explanation": .string(problem.explanation)]
        }
        return GraphQLError(
            message, locations: [variable.location], code: "INVALID_VARIABLE",
            extensions: ["value": value, "problems": .list(list)])
    }
}
