/// A lexical token of a GraphQL document, with its place.
struct Token: Sendable {
    enum Kind: Sendable, Hashable {
        case punctuator(UInt8)
        case spread
        case name(String)
        case int(String)
        case float(String)
        case string(String)
        case blockString(String)
        case end
    }

    let kind: Kind
    let location: SourceLocation

    /// How a syntax error names the token.
    var description: String {
        switch kind {
        case .punctuator(let byte): "\"\(Character(UnicodeScalar(byte)))\""
        case .spread: "\"...\""
        case .name(let name): "name \"\(name)\""
        case .int(let digits): "integer \(digits)"
        case .float(let digits): "float \(digits)"
        case .string, .blockString: "a string"
        case .end: "end of document"
        }
    }
}
