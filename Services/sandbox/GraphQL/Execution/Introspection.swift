/// Answers the introspection fields from the schema itself.
struct Introspection: ResolverSource {
    enum Object {
        case schema
        case type(TypeReference)
        case field(FieldDefinition)
        case input(InputValueDefinition)
        case enumValue(EnumValueDefinition)
        case directive(DirectiveDefinition)
    }

    let schema: Schema

    func typeName(of object: Object) -> String {
        switch object {
        case .schema: "__Schema"
        case .type: "__Type"
        case .field: "__Field"
        case .input: "__InputValue"
        case .enumValue: "__EnumValue"
        case .directive: "__Directive"
        }
    }

    func resolve(_ call: FieldCall, on object: Object) throws(ResolverError) -> Resolved<Object> {
        switch object {
        case .schema: return resolveSchema(call)
        case .type(.named(let name)): return resolveNamed(call, name)
        case .type(.list(let inner)): return resolveWrapper(call, "LIST", inner)
        case .type(.nonNull(let inner)): return resolveWrapper(call, "NON_NULL", inner)
        case .field(let field):
            switch call.name {
            case "args": return inputs(field.arguments, call)
            case "type": return .object(.type(field.type))
            default: return common(call, field.name, field.description, field.deprecationReason)
            }
        case .input(let input):
            switch call.name {
            case "type": return .object(.type(input.type))
            case "defaultValue": return text(input.defaultValue?.printed())
            default: return common(call, input.name, input.description, input.deprecationReason)
            }
        case .enumValue(let value):
            return common(call, value.name, value.description, value.deprecationReason)
        case .directive(let directive):
            switch call.name {
            case "isRepeatable": return .leaf(.bool(directive.isRepeatable))
            case "locations": return .leaf(.list(directive.locations.map { .string($0.rawValue) }))
            case "args": return inputs(directive.arguments, call)
            default: return common(call, directive.name, directive.description, nil)
            }
        }
    }

    private func resolveSchema(_ call: FieldCall) -> Resolved<Object> {
        switch call.name {
        case "description": text(schema.description)
        case "types": .objects(schema.typeNames.map { .type(.named($0)) })
        case "queryType": .object(.type(.named(schema.queryType)))
        case "mutationType": .optional(schema.mutationType.map { .type(.named($0)) })
        case "subscriptionType": .optional(schema.subscriptionType.map { .type(.named($0)) })
        default: .objects(schema.directives.map { .directive($0) })
        }
    }

    private func resolveWrapper(_ call: FieldCall, _ kind: String, _ inner: TypeReference) -> Resolved<Object> {
        switch call.name {
        case "kind": .leaf(.string(kind))
        case "ofType": .object(.type(inner))
        default: .null
        }
    }

    private func resolveNamed(_ call: FieldCall, _ name: String) -> Resolved<Object> {
        guard let type = schema.types[name] else { return .null }
        let includesDeprecated = call.arguments["includeDeprecated"]?.bool == true
        switch (call.name, type) {
        case ("kind", _): return .leaf(.string(kind(of: type)))
        case ("name", _): return .leaf(.string(name))
        case ("description", _): return text(type.description)
        case ("specifiedByURL", .scalar(let scalar)): return text(scalar.specifiedByURL)
        case ("fields", .object(let object)), ("fields", .interface(let object)):
            let fields = object.fields.filter { includesDeprecated || $0.deprecationReason == nil }
            return .objects(fields.map { .field($0) })
        case ("interfaces", .object(let object)), ("interfaces", .interface(let object)):
            return .objects(object.interfaces.map { .type(.named($0)) })
        case ("possibleTypes", .union(let union)): return .objects(union.members.map { .type(.named($0)) })
        case ("possibleTypes", .interface):
            let possible = schema.possibleTypes(of: name)
            return .objects(schema.typeNames.filter(possible.contains).map { .type(.named($0)) })
        case ("enumValues", .enumeration(let enumeration)):
            let values = enumeration.values.filter { includesDeprecated || $0.deprecationReason == nil }
            return .objects(values.map { .enumValue($0) })
        case ("inputFields", .inputObject(let input)): return inputs(input.fields, call)
        default: return .null
        }
    }

    private func kind(of type: NamedType) -> String {
        switch type {
        case .scalar: "SCALAR"
        case .object: "OBJECT"
        case .interface: "INTERFACE"
        case .union: "UNION"
        case .enumeration: "ENUM"
        case .inputObject: "INPUT_OBJECT"
        }
    }

    private func inputs(_ inputs: Named<InputValueDefinition>, _ call: FieldCall) -> Resolved<Object> {
        let includesDeprecated = call.arguments["includeDeprecated"]?.bool == true
        return .objects(inputs.filter { includesDeprecated || $0.deprecationReason == nil }.map { .input($0) })
    }

    private func common(
        _ call: FieldCall, _ name: String, _ description: String?, _ reason: String?
    ) -> Resolved<Object> {
        switch call.name {
        case "name": .leaf(.string(name))
        case "description": text(description)
        case "isDeprecated": .leaf(.bool(reason != nil))
        case "deprecationReason": text(reason)
        default: .null
        }
    }

    private func text(_ value: String?) -> Resolved<Object> {
        value.map { .leaf(.string($0)) } ?? .null
    }
}
