/// A valid operation with the values of its variables: ready to be executed, or to be measured first.
package struct BoundOperation: Sendable {
    package let prepared: PreparedDocument
    package let operation: OperationDefinition
    package let rootType: String
    package let variables: GraphQLObject

    package var schema: Schema { prepared.schema }

    /// The fragment of a spread.
    package func fragment(_ name: String) -> FragmentDefinition? {
        prepared.fragments[name]
    }

    /// Whether `@skip` and `@include` leave the selection in.
    package func includes(_ directives: [Directive]) -> Bool {
        for directive in directives where directive.name == "skip" || directive.name == "include" {
            let condition = directive.arguments.first { $0.name == "if" }.flatMap {
                InputCoercion(schema: schema).coerce($0.value, to: .nonNull(.named("Boolean")), variables: variables)
            }
            if condition?.bool == (directive.name == "skip") { return false }
        }
        return true
    }

    /// The arguments of a field as its resolver gets them: defaults filled in, variables put in.
    package func arguments(
        of field: Field, _ definition: FieldDefinition
    ) throws(GraphQLError) -> GraphQLObject {
        let coercion = InputCoercion(schema: schema)
        var result = GraphQLObject()
        for argument in definition.arguments {
            let given = field.arguments.first { $0.name == argument.name }
            var isUndefined = given == nil
            if case .variable(let name)? = given?.value.kind { isUndefined = variables[name] == nil }
            if isUndefined {
                if let literal = argument.defaultValue {
                    result.append(argument.name, coercion.coerce(literal, to: argument.type, variables: [:]) ?? .null)
                } else if argument.type.isNonNull {
                    throw GraphQLError(
                        "Argument '\(argument.name)' of required type \(argument.type) was not provided",
                        locations: [given?.value.location ?? field.location])
                }
            } else if let given {
                guard let value = coercion.coerce(given.value, to: argument.type, variables: variables) else {
                    throw GraphQLError(
                        "Argument '\(argument.name)' has an invalid value \(given.value.printed())",
                        locations: [given.value.location])
                }
                result.append(argument.name, value)
            }
        }
        return result
    }
}
