/// A checked schema: its types, directives and root types.
package struct Schema: Sendable {
    package let description: String?
    package let types: [String: NamedType]
    /// The names of all types in the order of their definition, the built-in ones last.
    package let typeNames: [String]
    package let directives: Named<DirectiveDefinition>
    package let queryType: String
    package let mutationType: String?
    package let subscriptionType: String?
    private let possible: [String: Set<String>]

    init(
        description: String?, types: [String: NamedType], typeNames: [String],
        directives: Named<DirectiveDefinition>, roots: [OperationKind: String]
    ) {
        self.description = description
        self.types = types
        self.typeNames = typeNames
        self.directives = directives
        queryType = roots[.query] ?? ""
        mutationType = roots[.mutation]
        subscriptionType = roots[.subscription]
        var possible: [String: Set<String>] = [:]
        for type in types.values {
            switch type {
            case .object(let object):
                possible[object.name, default: []].insert(object.name)
                for interface in object.interfaces { possible[interface, default: []].insert(object.name) }
            case .union(let union): possible[union.name] = Set(union.members)
            default: break
            }
        }
        self.possible = possible
    }

    /// The type of a root operation, when the schema has it.
    package func rootType(_ kind: OperationKind) -> String? {
        switch kind {
        case .query: queryType
        case .mutation: mutationType
        case .subscription: subscriptionType
        }
    }

    /// The object types that a value of the type can have.
    package func possibleTypes(of name: String) -> Set<String> {
        possible[name] ?? []
    }

    /// Whether some object can be of both types.
    package func overlap(_ first: String, _ second: String) -> Bool {
        first == second || !possibleTypes(of: first).isDisjoint(with: possibleTypes(of: second))
    }

    /// The definition of a field, the introspection fields included.
    package func field(_ name: String, of typeName: String) -> FieldDefinition? {
        guard let type = types[typeName], type.isComposite else { return nil }
        if name == "__typename" { return Self.typeNameField }
        if typeName == queryType {
            if name == "__schema" { return Self.schemaField }
            if name == "__type" { return Self.typeField }
        }
        return type.fields?[name]
    }

    /// Whether every value of `type` is one of `expected`.
    package func isSubtype(_ type: TypeReference, of expected: TypeReference) -> Bool {
        switch (type, expected) {
        case (.nonNull(let inner), .nonNull(let other)): isSubtype(inner, of: other)
        case (_, .nonNull): false
        case (.nonNull(let inner), _): isSubtype(inner, of: expected)
        case (.list(let inner), .list(let other)): isSubtype(inner, of: other)
        case (.named(let name), .named(let other)): name == other || isNamedSubtype(name, of: other)
        default: false
        }
    }

    private func isNamedSubtype(_ name: String, of expected: String) -> Bool {
        switch types[expected] {
        case .union(let union): return union.members.contains(name)
        case .interface:
            switch types[name] {
            case .object(let type), .interface(let type): return type.interfaces.contains(expected)
            default: return false
            }
        default: return false
        }
    }

    private static let typeNameField = FieldDefinition(
        name: "__typename", arguments: Named(), type: .nonNull(.named("String")))
    private static let schemaField = FieldDefinition(
        name: "__schema", arguments: Named(), type: .nonNull(.named("__Schema")))
    private static let typeField = FieldDefinition(
        name: "__type",
        arguments: Named([InputValueDefinition(name: "name", type: .nonNull(.named("String")))]),
        type: .named("__Type"))
}
