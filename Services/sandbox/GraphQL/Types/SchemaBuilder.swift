/// Why a schema was refused: every fault found, with its place.
package struct SchemaFaults: Error, Sendable, CustomStringConvertible {
    package var faults: [GraphQLError]

    package var description: String {
        faults.map { fault in
            let place = fault.locations.first.map { "\($0.line):\($0.column): " } ?? ""
            return place + fault.message
        }.joined(separator: "\n")
    }
}

extension Schema {
    /// Builds a schema from its definition language and checks it as a whole.
    ///
    /// - Parameter scalars: how the custom scalars are read and written; one that is not named takes every value.
    package static func build(
        _ source: String, scalars: [String: ScalarCoding] = [:]
    ) throws(SchemaFaults) -> Schema {
        let document: Document
        let prelude: Document
        do {
            document = try Parser.parse(source)
            prelude = try Parser.parse(SchemaPrelude.source)
        } catch {
            throw SchemaFaults(faults: [error])
        }
        let builder = SchemaBuilder(definitions: document.typeSystem + prelude.typeSystem, scalars: scalars)
        let schema = builder.makeSchema()
        var check = SchemaCheck(schema: schema, document: document)
        check.run()
        guard check.faults.isEmpty else { throw SchemaFaults(faults: check.faults) }
        return schema
    }
}

/// Turns definitions into types; what is wrong with them is the check's business.
struct SchemaBuilder {
    let definitions: [TypeSystemDefinition]
    let scalars: [String: ScalarCoding]

    func makeSchema() -> Schema {
        var types: [String: NamedType] = [:]
        var names: [String] = []
        var directives: [DirectiveDefinition] = []
        var roots: [OperationKind: String] = [:]
        var hasSchemaDefinition = false
        var description: String?
        for definition in definitions {
            switch definition.kind {
            case .schema(let operations):
                hasSchemaDefinition = true
                description = definition.description
                for root in operations where roots[root.operation] == nil { roots[root.operation] = root.type }
            case .directive(let arguments, let isRepeatable, let locations):
                let places = locations.compactMap { DirectiveLocation(rawValue: $0.name) }
                directives.append(
                    DirectiveDefinition(
                        name: definition.name, description: definition.description, arguments: inputs(arguments),
                        isRepeatable: isRepeatable, locations: places))
            default:
                guard types[definition.name] == nil, let type = makeType(definition) else { continue }
                types[definition.name] = type
                names.append(definition.name)
            }
        }
        if !hasSchemaDefinition {
            for (kind, name) in [
                (OperationKind.query, "Query"), (.mutation, "Mutation"), (.subscription, "Subscription"),
            ] where types[name] != nil { roots[kind] = name }
        }
        return Schema(
            description: description, types: types, typeNames: names, directives: Named(directives), roots: roots)
    }

    private func makeType(_ definition: TypeSystemDefinition) -> NamedType? {
        let (name, description) = (definition.name, definition.description)
        switch definition.kind {
        case .scalar:
            let coding = ScalarCoding.builtIn[name] ?? scalars[name] ?? .any
            let url = argument("url", of: "specifiedBy", in: definition.directives, default: nil)
            return .scalar(ScalarType(name: name, description: description, specifiedByURL: url, coding: coding))
        case .object(let interfaces, let fields):
            return .object(
                ObjectType(
                    name: name, description: description, interfaces: interfaces.map(\.name),
                    fields: Named(fields.map(makeField))))
        case .interface(let interfaces, let fields):
            return .interface(
                ObjectType(
                    name: name, description: description, interfaces: interfaces.map(\.name),
                    fields: Named(fields.map(makeField))))
        case .union(let members):
            return .union(UnionType(name: name, description: description, members: members.map(\.name)))
        case .enumeration(let values):
            let definitions = values.map { value in
                EnumValueDefinition(
                    name: value.name, description: value.description, deprecationReason: deprecation(value.directives))
            }
            return .enumeration(EnumType(name: name, description: description, values: Named(definitions)))
        case .inputObject(let fields):
            return .inputObject(InputObjectType(name: name, description: description, fields: inputs(fields)))
        case .schema, .directive:
            return nil
        }
    }

    private func makeField(_ node: FieldNode) -> FieldDefinition {
        FieldDefinition(
            name: node.name, description: node.description, arguments: inputs(node.arguments), type: node.type,
            deprecationReason: deprecation(node.directives))
    }

    private func inputs(_ nodes: [InputValueNode]) -> Named<InputValueDefinition> {
        Named(
            nodes.map { node in
                InputValueDefinition(
                    name: node.name, description: node.description, type: node.type, defaultValue: node.defaultValue,
                    deprecationReason: deprecation(node.directives))
            })
    }

    private func deprecation(_ directives: [Directive]) -> String? {
        argument("reason", of: "deprecated", in: directives, default: "No longer supported")
    }

    /// The string argument of a directive; `default` where the directive stands without it, nil without the directive.
    private func argument(
        _ name: String, of directive: String, in directives: [Directive], default: String?
    ) -> String? {
        guard let applied = directives.first(where: { $0.name == directive }) else { return nil }
        guard case .string(let text, _)? = applied.arguments.first(where: { $0.name == name })?.value.kind else {
            return `default`
        }
        return text
    }
}
