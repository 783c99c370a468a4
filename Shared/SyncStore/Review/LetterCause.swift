public import CanonicalModel
internal import Crypto
public import SyncCore

/// What dead letters have in common: the group that they are shown, counted and replayed in.
///
/// Pure.
///
/// Two letters are of one group where class, connection, entity and code are equal, and their failures differ in nothing
/// but the particulars of one letter: ids, numbers, dates, addresses, quoted words.
public struct LetterCause: Sendable, Hashable {
    /// The failure without the particulars.
    public let pattern: String
    /// The key of the group: twelve hexadecimal digits that stay the same as long as the parts do.
    public let key: String

    /// Takes the parts of a letter.
    public init(
        _ failureClass: FailureClass, connection: ConnectionID?, entity: EntityKind?, code: String, failure: String
    ) {
        pattern = Self.pattern(of: failure)
        let parts = [failureClass.rawValue, connection?.name ?? "", entity?.rawValue ?? "", code, pattern]
        // Behind a separator that no part has, so that no two lists of parts are one text.
        let text = parts.map { $0.replacing("\u{1F}", with: " ") }.joined(separator: "\u{1F}")
        let digest = SHA256.hash(data: Array(text.utf8))
        key = digest.prefix(6).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count < 2 ? "0" + digits : digits
        }.joined()
    }

    /// A failure's words with `…` for whatever may differ from letter to letter; of a very long one, the beginning.
    public static func pattern(of failure: String) -> String {
        var words: [String] = []
        for word in withoutQuotations(failure).split(whereSeparator: \.isWhitespace).prefix(60) {
            let shown = general(word)
            // Lists of any length are one pattern.
            if shown == gap, words.last == gap { continue }
            words.append(shown)
        }
        return String(words.joined(separator: " ").prefix(400))
    }

    private static let gap = "…"

    /// What stands between quotation marks is somebody's value; an apostrophe within a word opens nothing.
    private static func withoutQuotations(_ text: String) -> String {
        let closing: [Character: Character] = ["\"": "\"", "'": "'", "`": "`", "“": "”", "«": "»"]
        var shown = ""
        var rest = text[...]
        while let character = rest.first {
            rest.removeFirst()
            let isInWord = character == "'" && (shown.last.map { $0.isLetter || $0.isNumber } ?? false)
            guard let end = closing[character], !isInWord, let place = Self.end(of: rest, at: end) else {
                shown.append(character)
                continue
            }
            shown += gap
            rest = rest[rest.index(after: place)...]
        }
        return shown
    }

    /// Where a quotation ends: at a mark behind which no word goes on.
    private static func end(of text: Substring, at mark: Character) -> String.Index? {
        text.indices.first { index in
            guard text[index] == mark else { return false }
            let next = text.index(after: index)
            return next == text.endIndex || !(text[next].isLetter || text[next].isNumber)
        }
    }

    /// A word, or the gap for one that has a digit or an address in it; the punctuation around it stays.
    private static func general(_ word: Substring) -> String {
        let edges: (Character) -> Bool = { !($0.isLetter || $0.isNumber || $0 == "…") }
        let head = word.prefix(while: edges)
        let inner = word.dropFirst(head.count)
        let tail = String(inner.reversed().prefix(while: edges).reversed())
        let core = inner.dropLast(tail.count)
        let isParticular =
            core.contains { $0.isNumber || $0 == "…" } || core.contains("@") || core.contains("://")
        return isParticular ? gap : word.lowercased()
    }
}

extension DeadLetters.Letter {
    /// The group that the letter is of.
    public var cause: LetterCause {
        LetterCause(failureClass, connection: connection, entity: entity, code: code, failure: failure)
    }
}
