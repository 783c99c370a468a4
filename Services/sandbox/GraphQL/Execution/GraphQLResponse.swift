/// The response to a request.
package struct GraphQLResponse: Sendable, Equatable {
    /// Nil where the request was not executed; null where a null reached the root.
    package var data: GraphQLValue?
    package var errors: [GraphQLError]
    package var extensions: GraphQLObject = [:]

    package init(data: GraphQLValue?, errors: [GraphQLError]) {
        self.data = data
        self.errors = errors
    }

    package init(refusal: GraphQLRefusal) {
        self.init(data: nil, errors: refusal.errors)
    }

    /// The response in its wire format.
    package var value: GraphQLValue {
        var object = GraphQLObject()
        if !errors.isEmpty { object["errors"] = .list(errors.map(\.value)) }
        if let data { object["data"] = data }
        if !extensions.isEmpty { object["extensions"] = .object(extensions) }
        return .object(object)
    }
}
