/// Resolver closures by type and field, over an environment that they share.
package struct Resolvers<Environment, Object>: ResolverSource {
    package typealias Resolver = (Environment, Object, FieldCall) throws(ResolverError) -> Resolved<Object>

    private var resolvers: [String: [String: Resolver]] = [:]
    private let environment: Environment
    private let nameOf: (Object) -> String

    package init(_ environment: Environment, typeName: @escaping (Object) -> String) {
        self.environment = environment
        nameOf = typeName
    }

    /// Sets the resolver of one field; `type` is the object type that answers, never an interface.
    package mutating func set(_ type: String, _ field: String, _ resolver: @escaping Resolver) {
        resolvers[type, default: [:]][field] = resolver
    }

    package func resolve(_ call: FieldCall, on object: Object) throws(ResolverError) -> Resolved<Object> {
        guard let resolver = resolvers[call.parentType]?[call.name] else {
            throw ResolverError("No resolver for \(call.parentType).\(call.name)")
        }
        return try resolver(environment, object, call)
    }

    package func typeName(of object: Object) -> String {
        nameOf(object)
    }
}
