/// Where the data of an execution comes from.
package protocol ResolverSource {
    /// What stands for an object of the schema.
    associatedtype Object

    /// The value of one field. An error becomes an entry of `errors` with the field's place and path.
    func resolve(_ call: FieldCall, on object: Object) throws(ResolverError) -> Resolved<Object>

    /// The name of the object type, asked where a field has an interface or union type.
    func typeName(of object: Object) -> String
}

/// A field that is to be resolved.
package struct FieldCall: Sendable {
    package var parentType: String
    package var name: String
    /// The arguments that were given or have a default.
    package var arguments: GraphQLObject
    package var type: TypeReference
}

/// What a resolver answers.
package enum Resolved<Object> {
    case null
    case leaf(GraphQLValue)
    case object(Object)
    case list([Resolved<Object>])

    /// The object, or null.
    package static func optional(_ object: Object?) -> Resolved {
        object.map { .object($0) } ?? .null
    }

    /// A list of objects.
    package static func objects(_ objects: some Sequence<Object>) -> Resolved {
        .list(objects.map { .object($0) })
    }
}

/// Why a resolver has no value.
package struct ResolverError: Error, Sendable {
    package var message: String
    package var code: String?
    package var extensions: GraphQLObject

    package init(_ message: String, code: String? = nil, extensions: GraphQLObject = [:]) {
        self.message = message
        self.code = code
        self.extensions = extensions
    }
}
