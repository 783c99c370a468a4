/// A type of a schema.
package enum NamedType: Sendable {
    case scalar(ScalarType)
    case object(ObjectType)
    case interface(ObjectType)
    case union(UnionType)
    case enumeration(EnumType)
    case inputObject(InputObjectType)

    package var name: String {
        switch self {
        case .scalar(let type): type.name
        case .object(let type), .interface(let type): type.name
        case .union(let type): type.name
        case .enumeration(let type): type.name
        case .inputObject(let type): type.name
        }
    }

    package var description: String? {
        switch self {
        case .scalar(let type): type.description
        case .object(let type), .interface(let type): type.description
        case .union(let type): type.description
        case .enumeration(let type): type.description
        case .inputObject(let type): type.description
        }
    }

    package var isLeaf: Bool {
        switch self {
        case .scalar, .enumeration: true
        default: false
        }
    }

    /// Whether the type has fields or members to select from.
    package var isComposite: Bool {
        switch self {
        case .object, .interface, .union: true
        default: false
        }
    }

    package var isInput: Bool {
        switch self {
        case .scalar, .enumeration, .inputObject: true
        default: false
        }
    }

    package var isOutput: Bool {
        if case .inputObject = self { false } else { true }
    }

    package var isAbstract: Bool {
        switch self {
        case .interface, .union: true
        default: false
        }
    }

    /// The fields of an object or interface.
    package var fields: Named<FieldDefinition>? {
        switch self {
        case .object(let type), .interface(let type): type.fields
        default: nil
        }
    }
}

/// A leaf type whose values are read and written by `coding`.
package struct ScalarType: Sendable {
    package var name: String
    package var description: String?
    package var specifiedByURL: String?
    package var coding: ScalarCoding
}

/// An object type, or an interface: both have fields and may implement interfaces.
package struct ObjectType: Sendable {
    package var name: String
    package var description: String?
    package var interfaces: [String]
    package var fields: Named<FieldDefinition>
}

/// One of several object types.
package struct UnionType: Sendable {
    package var name: String
    package var description: String?
    package var members: [String]
}

/// A closed set of names.
package struct EnumType: Sendable {
    package var name: String
    package var description: String?
    package var values: Named<EnumValueDefinition>
}

/// A structured input.
package struct InputObjectType: Sendable {
    package var name: String
    package var description: String?
    package var fields: Named<InputValueDefinition>
}

/// A field of an object or interface.
package struct FieldDefinition: Sendable, NamedDefinition {
    package var name: String
    package var description: String?
    package var arguments: Named<InputValueDefinition>
    package var type: TypeReference
    package var deprecationReason: String?
}

/// An argument, or a field of an input object.
package struct InputValueDefinition: Sendable, NamedDefinition {
    package var name: String
    package var description: String?
    package var type: TypeReference
    package var defaultValue: Literal?
    package var deprecationReason: String?

    /// Whether a value must be given.
    package var isRequired: Bool { type.isNonNull && defaultValue == nil }
}

/// A value of an enum.
package struct EnumValueDefinition: Sendable, NamedDefinition {
    package var name: String
    package var description: String?
    package var deprecationReason: String?
}

/// A directive that a schema knows.
package struct DirectiveDefinition: Sendable, NamedDefinition {
    package var name: String
    package var description: String?
    package var arguments: Named<InputValueDefinition>
    package var isRepeatable: Bool
    package var locations: [DirectiveLocation]
}
