/// A piece of a policy document with its place, free of the YAML library.
struct PolicyNode {
    /// What stands there.
    enum Content {
        case word(String)
        case list([PolicyNode])
        case map([(key: PolicyNode, value: PolicyNode)])
    }

    let line: Int
    let column: Int
    let content: Content

    var word: String? {
        if case .word(let word) = content { word } else { nil }
    }

    /// What stands there, in a message.
    var phrase: String {
        switch content {
        case .word(let word): word.isEmpty ? "nothing" : "'\(word.prefix(64))'"
        case .list: "a list"
        case .map: "a mapping"
        }
    }
}
