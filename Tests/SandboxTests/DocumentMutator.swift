import RandomSupport

/// Makes documents that are slightly wrong, or still right, out of given ones; the same seed makes the same ones.
struct DocumentMutator {
    private var random: SeededGenerator
    private let documents: [GraphQLFixture.Document]
    private let pool: [String]

    init(seed: UInt64, documents: [GraphQLFixture.Document]) {
        random = SeededGenerator(seed: seed)
        self.documents = documents.filter { !$0.query.isEmpty }
        pool = documents.flatMap { Self.tokens($0.query) }.filter { $0.contains { !$0.isWhitespace } }
    }

    mutating func next() -> GraphQLFixture.Document {
        var document = documents[Int.random(in: 0..<documents.count, using: &random)]
        var tokens = Self.tokens(document.query)
        for _ in 0..<Int.random(in: 1...3, using: &random) where !tokens.isEmpty {
            let position = Int.random(in: 0..<tokens.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: tokens.remove(at: position)
            case 1: tokens.insert(tokens[position], at: position)
            case 2: tokens[position] = " " + pool[Int.random(in: 0..<pool.count, using: &random)] + " "
            case 3: tokens.insert(" " + pool[Int.random(in: 0..<pool.count, using: &random)] + " ", at: position)
            default: tokens.swapAt(position, Int.random(in: 0..<tokens.count, using: &random))
            }
        }
        document.name = "a mutation of \(document.name)"
        document.query = tokens.joined()
        return document
    }

    /// Words, runs of white space, and single other characters.
    private static func tokens(_ text: String) -> [String] {
        var tokens: [String] = []
        var kind = 0
        for character in text {
            let now = character.isLetter || character.isNumber || character == "_" ? 1 : character.isWhitespace ? 2 : 3
            if now == kind, now != 3 {
                tokens[tokens.count - 1].append(character)
            } else {
                tokens.append(String(character))
            }
            kind = now
        }
        return tokens
    }
}
