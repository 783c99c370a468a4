/// A definition of the type system language, as written.
package struct TypeSystemDefinition: Sendable {
    package enum Kind: Sendable {
        case schema([RootOperationType])
        case scalar
        case object(interfaces: [NamedReference], fields: [FieldNode])
        case interface(interfaces: [NamedReference], fields: [FieldNode])
        case union([NamedReference])
        case enumeration([EnumValueNode])
        case inputObject([InputValueNode])
        case directive(arguments: [InputValueNode], isRepeatable: Bool, locations: [NamedReference])
    }

    package var kind: Kind
    /// Empty for the schema definition.
    package var name: String
    package var description: String?
    package var directives: [Directive]
    package var location: SourceLocation
}

/// The type of one root operation in a schema definition.
package struct RootOperationType: Sendable {
    package var operation: OperationKind
    package var type: String
    package var location: SourceLocation
}

/// A name that refers to something defined elsewhere.
package struct NamedReference: Sendable {
    package var name: String
    package var location: SourceLocation
}

/// A field in the definition of an object or interface.
package struct FieldNode: Sendable {
    package var name: String
    package var description: String?
    package var arguments: [InputValueNode]
    package var type: TypeReference
    package var directives: [Directive]
    package var location: SourceLocation
}

/// An argument or a field of an input object, in its definition.
package struct InputValueNode: Sendable {
    package var name: String
    package var description: String?
    package var type: TypeReference
    package var defaultValue: Literal?
    package var directives: [Directive]
    package var location: SourceLocation
}

/// A value in the definition of an enum.
package struct EnumValueNode: Sendable {
    package var name: String
    package var description: String?
    package var directives: [Directive]
    package var location: SourceLocation
}
