extension Parser {
    mutating func parseArguments(isConstant: Bool) throws(GraphQLError) -> [Argument] {
        guard isPunctuator("(") else { return [] }
        return try parseMany("(", ")") { parser throws(GraphQLError) in
            let location = parser.token.location
            let name = try parser.expectName()
            try parser.expect(":")
            return Argument(name: name, value: try parser.parseLiteral(isConstant: isConstant), location: location)
        }
    }

    mutating func parseDirectives(isConstant: Bool) throws(GraphQLError) -> [Directive] {
        var directives: [Directive] = []
        while isPunctuator("@") {
            let location = token.location
            try advance()
            let name = try expectName()
            directives.append(
                Directive(name: name, arguments: try parseArguments(isConstant: isConstant), location: location))
        }
        return directives
    }

    mutating func parseType() throws(GraphQLError) -> TypeReference {
        try enter()
        defer { leave() }
        var type: TypeReference
        if try skip("[") {
            type = .list(try parseType())
            try expect("]")
        } else {
            type = .named(try expectName())
        }
        if try skip("!") { type = .nonNull(type) }
        return type
    }

    mutating func parseLiteral(isConstant: Bool) throws(GraphQLError) -> Literal {
        let location = token.location
        func literal(_ kind: Literal.Kind) -> Literal { Literal(kind: kind, location: location) }
        switch token.kind {
        case .punctuator(UInt8(ascii: "[")): return literal(.list(try parseListLiteral(isConstant: isConstant)))
        case .punctuator(UInt8(ascii: "{")): return literal(.object(try parseObjectLiteral(isConstant: isConstant)))
        case .punctuator(UInt8(ascii: "$")):
            try advance()
            let name = try expectName()
            guard !isConstant else {
                throw .syntax("Unexpected variable \"$\(name)\" in a constant value", at: location)
            }
            return literal(.variable(name))
        case .int(let digits):
            try advance()
            return literal(.int(digits))
        case .float(let digits):
            try advance()
            return literal(.float(digits))
        case .string(let text):
            try advance()
            return literal(.string(text, isBlock: false))
        case .blockString(let text):
            try advance()
            return literal(.string(text, isBlock: true))
        case .name(let name):
            try advance()
            switch name {
            case "true": return literal(.boolean(true))
            case "false": return literal(.boolean(false))
            case "null": return literal(.null)
            default: return literal(.enumeration(name))
            }
        case .punctuator, .spread, .end:
            throw unexpected("expected a value")
        }
    }

    private mutating func parseListLiteral(isConstant: Bool) throws(GraphQLError) -> [Literal] {
        try enter()
        defer { leave() }
        try expect("[")
        var items: [Literal] = []
        while try !skip("]") { items.append(try parseLiteral(isConstant: isConstant)) }
        return items
    }

    private mutating func parseObjectLiteral(isConstant: Bool) throws(GraphQLError) -> [LiteralField] {
        try enter()
        defer { leave() }
        try expect("{")
        var fields: [LiteralField] = []
        while try !skip("}") {
            let location = token.location
            let name = try expectName()
            try expect(":")
            fields.append(
                LiteralField(name: name, value: try parseLiteral(isConstant: isConstant), location: location))
        }
        return fields
    }
}
