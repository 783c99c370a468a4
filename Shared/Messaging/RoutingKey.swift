/// The dotted words by which the broker routes a message.
public struct RoutingKey: Sendable, Hashable, CustomStringConvertible {
    /// The words, none empty.
    public let words: [String]

    /// Creates a key from its words.
    ///
    /// A word may hold letters, digits, `-` and `_` only: a dot would shift the words after it and so cross into another
    /// connection's binding; `*` and `#` are wildcards.
    public init(_ words: [String]) throws(Invalid) {
        guard !words.isEmpty else { throw Invalid(text: "", reason: "it has no words") }
        let text = words.joined(separator: ".")
        for word in words where word.isEmpty || !word.utf8.allSatisfy(Self.isAllowed) {
            throw Invalid(text: text, reason: "the word \"\(word)\" is not made of letters, digits, - and _")
        }
        guard text.utf8.count <= 255 else { throw Invalid(text: text, reason: "it is longer than 255 bytes") }
        self.words = words
    }

    /// Parses a dotted text.
    public init(parsing text: String) throws(Invalid) {
        try self.init(text.split(separator: ".", omittingEmptySubsequences: false).map(String.init))
    }

    /// The key of an event: `<role>.<entity>.<change>`.
    public static func event(role: String, entity: String, change: String) throws(Invalid) -> RoutingKey {
        try RoutingKey([role, entity, change])
    }

    /// The key of a command: `<connection>.<entity>.<verb>`.
    public static func command(connection: String, entity: String, verb: String) throws(Invalid) -> RoutingKey {
        try RoutingKey([connection, entity, verb])
    }

    /// The key as `OutgoingMessage.routingKey` wants it.
    public var description: String { words.joined(separator: ".") }

    /// Tells whether a topic exchange would route this key by `pattern` (`*` is one word, `#` any number).
    public static func matches(key: String, pattern: String) -> Bool {
        matches(
            key.split(separator: ".", omittingEmptySubsequences: false)[...],
            pattern.split(separator: ".", omittingEmptySubsequences: false)[...])
    }

    private static func matches(_ key: ArraySlice<Substring>, _ pattern: ArraySlice<Substring>) -> Bool {
        guard let first = pattern.first else { return key.isEmpty }
        let rest = pattern.dropFirst()
        if first == "#" {
            return (0...key.count).contains { matches(key.dropFirst($0), rest) }
        }
        guard let word = key.first, first == "*" || first == word else { return false }
        return matches(key.dropFirst(), rest)
    }

    static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default:
            false
        }
    }

    /// Says why a text is no routing key.
    public struct Invalid: Error, Equatable, CustomStringConvertible {
        /// The text that was refused.
        public let text: String
        /// What is wrong with it.
        public let reason: String

        /// The whole sentence.
        public var description: String { "\"\(text)\" is no routing key: \(reason)" }
    }
}
