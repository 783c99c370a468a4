/// An error as a response carries it: message, places in the document, path in the result, and a code.
package struct GraphQLError: Error, Sendable, Equatable {
    /// One step of the way to a place in the result.
    package enum PathElement: Sendable, Equatable {
        case key(String)
        case index(Int)
    }

    package var message: String
    package var locations: [SourceLocation]
    package var path: [PathElement]?
    /// What goes into `extensions.code`.
    package var code: String?
    /// Further members of `extensions`.
    package var extensions: GraphQLObject
    /// The validation rule that was broken, when it was one.
    package var rule: ValidationRule?

    package init(
        _ message: String, locations: [SourceLocation] = [], path: [PathElement]? = nil, code: String? = nil,
        extensions: GraphQLObject = [:], rule: ValidationRule? = nil
    ) {
        self.message = message
        self.locations = locations
        self.path = path
        self.code = code
        self.extensions = extensions
        self.rule = rule
    }

    static func syntax(_ message: String, at location: SourceLocation) -> GraphQLError {
        GraphQLError(message, locations: [location], code: "PARSE_ERROR")
    }

    /// The error in the response format: members without content are left out.
    package var value: GraphQLValue {
        var object: GraphQLObject = ["message": .string(message)]
        if !locations.isEmpty {
            object["locations"] = .list(locations.map { ["line": .int($0.line), "column": .int($0.column)] })
        }
        if let path {
            object["path"] = .list(
                path.map { element in
                    switch element {
                    case .key(let key): .string(key)
                    case .index(let index): .int(index)
                    }
                })
        }
        var all: GraphQLObject = [:]
        if let code { all["code"] = .string(code) }
        for (key, value) in extensions { all[key] = value }
        if !all.isEmpty { object["extensions"] = .object(all) }
        return .object(object)
    }
}
