/// Reads documents of the GraphQL language (October 2021): executable definitions and type system definitions.
///
/// Bounded: a document of more than `Limits.tokens` tokens, or nested deeper than `Limits.depth`, is refused with a
/// syntax error rather than read.
package struct Parser {
    /// How large a document may be.
    package struct Limits: Sendable {
        package var tokens = 100_000
        package var depth = 100

        package init(tokens: Int = 100_000, depth: Int = 100) {
            self.tokens = tokens
            self.depth = depth
        }
    }

    private var lexer: Lexer
    private(set) var token: Token
    private let limits: Limits
    private var tokenCount = 0
    private var depth = 0
    private var nextID = 0

    private init(_ source: String, limits: Limits) throws(GraphQLError) {
        lexer = Lexer(source)
        self.limits = limits
        token = try lexer.next()
    }

    /// Parses a whole document.
    package static func parse(_ source: String, limits: Limits = Limits()) throws(GraphQLError) -> Document {
        var parser = try Parser(source, limits: limits)
        var document = Document()
        repeat {
            try parser.parseDefinition(into: &document)
        } while parser.token.kind != .end
        return document
    }

    private mutating func parseDefinition(into document: inout Document) throws(GraphQLError) {
        if isPunctuator("{") {
            let location = token.location
            let selectionSet = try parseSelectionSet()
            document.operations.append(
                OperationDefinition(
                    kind: .query, name: nil, variables: [], directives: [], selectionSet: selectionSet,
                    location: location))
            return
        }
        if case .name(let keyword) = token.kind {
            if let kind = OperationKind(rawValue: keyword) {
                document.operations.append(try parseOperation(kind))
                return
            }
            if keyword == "fragment" {
                document.fragments.append(try parseFragment())
                return
            }
        }
        document.typeSystem.append(try parseTypeSystemDefinition())
    }

    // MARK: Executable definitions

    private mutating func parseOperation(_ kind: OperationKind) throws(GraphQLError) -> OperationDefinition {
        let location = token.location
        try advance()
        var name: String?
        if case .name(let value) = token.kind {
            name = value
            try advance()
        }
        let variables: [VariableDefinition] =
            isPunctuator("(")
            ? try parseMany("(", ")") { parser throws(GraphQLError) in try parser.parseVariable() } : []
        return OperationDefinition(
            kind: kind, name: name, variables: variables, directives: try parseDirectives(isConstant: false),
            selectionSet: try parseSelectionSet(), location: location)
    }

    private mutating func parseVariable() throws(GraphQLError) -> VariableDefinition {
        let location = token.location
        try expect("$")
        let name = try expectName()
        try expect(":")
        let typeLocation = token.location
        let type = try parseType()
        var defaultValue: Literal?
        if try skip("=") { defaultValue = try parseLiteral(isConstant: true) }
        return VariableDefinition(
            name: name, type: type, typeLocation: typeLocation, defaultValue: defaultValue,
            directives: try parseDirectives(isConstant: true), location: location)
    }

    private mutating func parseSelectionSet() throws(GraphQLError) -> SelectionSet {
        let location = token.location
        let id = makeID()
        try enter()
        let selections = try parseMany("{", "}") { parser throws(GraphQLError) in try parser.parseSelection() }
        leave()
        return SelectionSet(id: id, selections: selections, location: location)
    }

    private mutating func parseSelection() throws(GraphQLError) -> Selection {
        token.kind == .spread ? try parseFragmentSelection() : .field(try parseField())
    }

    private mutating func parseField() throws(GraphQLError) -> Field {
        let location = token.location
        let id = makeID()
        var name = try expectName()
        var alias: String?
        if try skip(":") {
            alias = name
            name = try expectName()
        }
        let arguments = try parseArguments(isConstant: false)
        let directives = try parseDirectives(isConstant: false)
        let selectionSet = isPunctuator("{") ? try parseSelectionSet() : nil
        return Field(
            id: id, alias: alias, name: name, arguments: arguments, directives: directives,
            selectionSet: selectionSet, location: location)
    }

    private mutating func parseFragmentSelection() throws(GraphQLError) -> Selection {
        let location = token.location
        try advance()
        if case .name(let name) = token.kind, name != "on" {
            try advance()
            return .spread(
                FragmentSpread(name: name, directives: try parseDirectives(isConstant: false), location: location))
        }
        var typeCondition: String?
        var typeLocation = location
        if token.kind == .name("on") {
            try advance()
            typeLocation = token.location
            typeCondition = try expectName()
        }
        return .inline(
            InlineFragment(
                typeCondition: typeCondition, typeLocation: typeLocation,
                directives: try parseDirectives(isConstant: false), selectionSet: try parseSelectionSet(),
                location: location))
    }

    private mutating func parseFragment() throws(GraphQLError) -> FragmentDefinition {
        let location = token.location
        try advance()
        guard token.kind != .name("on") else { throw unexpected("a fragment may not be named \"on\"") }
        let name = try expectName()
        try expectKeyword("on")
        let typeLocation = token.location
        let typeCondition = try expectName()
        return FragmentDefinition(
            name: name, typeCondition: typeCondition, typeLocation: typeLocation,
            directives: try parseDirectives(isConstant: false), selectionSet: try parseSelectionSet(),
            location: location)
    }

    // MARK: Tokens

    mutating func advance() throws(GraphQLError) {
        tokenCount += 1
        guard tokenCount <= limits.tokens else {
            throw .syntax("The document has more than \(limits.tokens) tokens", at: token.location)
        }
        token = try lexer.next()
    }

    mutating func enter() throws(GraphQLError) {
        depth += 1
        guard depth <= limits.depth else {
            throw .syntax("The document is nested deeper than \(limits.depth) levels", at: token.location)
        }
    }

    mutating func leave() {
        depth -= 1
    }

    private mutating func makeID() -> Int {
        nextID += 1
        return nextID
    }

    func isPunctuator(_ character: Unicode.Scalar) -> Bool {
        token.kind == .punctuator(UInt8(ascii: character))
    }

    mutating func skip(_ character: Unicode.Scalar) throws(GraphQLError) -> Bool {
        guard isPunctuator(character) else { return false }
        try advance()
        return true
    }

    mutating func expect(_ character: Unicode.Scalar) throws(GraphQLError) {
        guard try skip(character) else { throw unexpected("expected \"\(character)\"") }
    }

    mutating func expectName() throws(GraphQLError) -> String {
        guard case .name(let name) = token.kind else { throw unexpected("expected a name") }
        try advance()
        return name
    }

    mutating func expectKeyword(_ keyword: String) throws(GraphQLError) {
        guard token.kind == .name(keyword) else { throw unexpected("expected \"\(keyword)\"") }
        try advance()
    }

    func unexpected(_ expectation: String) -> GraphQLError {
        .syntax("Unexpected \(token.description), \(expectation)", at: token.location)
    }

    /// One or more elements between two punctuators.
    mutating func parseMany<Element>(
        _ open: Unicode.Scalar, _ close: Unicode.Scalar,
        _ element: (inout Parser) throws(GraphQLError) -> Element
    ) throws(GraphQLError) -> [Element] {
        try expect(open)
        var elements: [Element] = []
        repeat {
            elements.append(try element(&self))
        } while try !skip(close)
        return elements
    }
}
