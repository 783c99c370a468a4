extension Parser {
    /// Parses one definition of the type system language; extensions are not part of it here.
    mutating func parseTypeSystemDefinition() throws(GraphQLError) -> TypeSystemDefinition {
        let start = token.location
        let description = try parseDescription()
        let location = description == nil ? start : token.location
        guard case .name(let keyword) = token.kind else { throw unexpected("expected a definition") }
        var definition = TypeSystemDefinition(
            kind: .scalar, name: "", description: description, directives: [], location: location)
        switch keyword {
        case "schema":
            try advance()
            definition.directives = try parseDirectives(isConstant: true)
            definition.kind = .schema(
                try parseMany("{", "}") { parser throws(GraphQLError) in try parser.parseRootOperationType() })
        case "scalar":
            try parseHead(of: &definition)
        case "type", "interface":
            try advance()
            definition.name = try expectName()
            let interfaces = try parseInterfaces()
            definition.directives = try parseDirectives(isConstant: true)
            let fields = try parseFields()
            definition.kind =
                keyword == "type"
                ? .object(interfaces: interfaces, fields: fields) : .interface(interfaces: interfaces, fields: fields)
        case "union":
            try parseHead(of: &definition)
            definition.kind = .union(try skip("=") ? try parseSeparated(by: "|") : [])
        case "enum":
            try parseHead(of: &definition)
            let values: [EnumValueNode] =
                isPunctuator("{")
                ? try parseMany("{", "}") { parser throws(GraphQLError) in try parser.parseEnumValue() } : []
            definition.kind = .enumeration(values)
        case "input":
            try parseHead(of: &definition)
            let fields: [InputValueNode] =
                isPunctuator("{")
                ? try parseMany("{", "}") { parser throws(GraphQLError) in try parser.parseInputValue() } : []
            definition.kind = .inputObject(fields)
        case "directive":
            try parseDirectiveDefinition(into: &definition)
        default:
            throw unexpected("expected a definition")
        }
        return definition
    }

    private mutating func parseHead(of definition: inout TypeSystemDefinition) throws(GraphQLError) {
        try advance()
        definition.name = try expectName()
        definition.directives = try parseDirectives(isConstant: true)
    }

    private mutating func parseDescription() throws(GraphQLError) -> String? {
        switch token.kind {
        case .string(let text), .blockString(let text):
            try advance()
            return text
        default:
            return nil
        }
    }

    private mutating func parseRootOperationType() throws(GraphQLError) -> RootOperationType {
        let location = token.location
        guard let operation = OperationKind(rawValue: try expectName()) else {
            throw .syntax("Expected query, mutation or subscription", at: location)
        }
        try expect(":")
        return RootOperationType(operation: operation, type: try expectName(), location: location)
    }

    private mutating func parseNamedReference() throws(GraphQLError) -> NamedReference {
        let location = token.location
        return NamedReference(name: try expectName(), location: location)
    }

    private mutating func parseSeparated(by separator: Unicode.Scalar) throws(GraphQLError) -> [NamedReference] {
        _ = try skip(separator)
        var references = [try parseNamedReference()]
        while try skip(separator) { references.append(try parseNamedReference()) }
        return references
    }

    private mutating func parseInterfaces() throws(GraphQLError) -> [NamedReference] {
        guard token.kind == .name("implements") else { return [] }
        try advance()
        return try parseSeparated(by: "&")
    }

    private mutating func parseFields() throws(GraphQLError) -> [FieldNode] {
        guard isPunctuator("{") else { return [] }
        return try parseMany("{", "}") { parser throws(GraphQLError) in try parser.parseFieldDefinition() }
    }

    private mutating func parseFieldDefinition() throws(GraphQLError) -> FieldNode {
        let description = try parseDescription()
        let location = token.location
        let name = try expectName()
        let arguments = try parseInputValues()
        try expect(":")
        let type = try parseType()
        return FieldNode(
            name: name, description: description, arguments: arguments, type: type,
            directives: try parseDirectives(isConstant: true), location: location)
    }

    private mutating func parseInputValues() throws(GraphQLError) -> [InputValueNode] {
        guard isPunctuator("(") else { return [] }
        return try parseMany("(", ")") { parser throws(GraphQLError) in try parser.parseInputValue() }
    }

    private mutating func parseInputValue() throws(GraphQLError) -> InputValueNode {
        let description = try parseDescription()
        let location = token.location
        let name = try expectName()
        try expect(":")
        let type = try parseType()
        var defaultValue: Literal?
        if try skip("=") { defaultValue = try parseLiteral(isConstant: true) }
        return InputValueNode(
            name: name, description: description, type: type, defaultValue: defaultValue,
            directives: try parseDirectives(isConstant: true), location: location)
    }

    private mutating func parseEnumValue() throws(GraphQLError) -> EnumValueNode {
        let description = try parseDescription()
        let location = token.location
        let name = try expectName()
        guard !["true", "false", "null"].contains(name) else {
            throw .syntax("\"\(name)\" is reserved and cannot be an enum value", at: location)
        }
        return EnumValueNode(
            name: name, description: description, directives: try parseDirectives(isConstant: true), location: location)
    }

    private mutating func parseDirectiveDefinition(
        into definition: inout TypeSystemDefinition
    ) throws(GraphQLError) {
        try advance()
        try expect("@")
        definition.name = try expectName()
        let arguments = try parseInputValues()
        var isRepeatable = false
        if token.kind == .name("repeatable") {
            try advance()
            isRepeatable = true
        }
        try expectKeyword("on")
        let locations = try parseSeparated(by: "|")
        for location in locations where DirectiveLocation(rawValue: location.name) == nil {
            throw .syntax("\"\(location.name)\" is not a directive location", at: location.location)
        }
        definition.kind = .directive(arguments: arguments, isRepeatable: isRepeatable, locations: locations)
    }
}
