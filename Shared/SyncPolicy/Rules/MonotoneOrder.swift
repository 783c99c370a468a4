/// The order in which the words of a field may follow each other.
public struct MonotoneOrder: Hashable, Sendable {
    /// The words, lowest first.
    public let words: [String]
    /// The first word from which on there is no way back; words before it follow each other as they change in time.
    public let bindsFrom: String

    /// Takes the words; the order binds from the first one where `bindsFrom` is nil or none of them.
    public init(words: [String], bindsFrom: String? = nil) {
        self.words = words
        self.bindsFrom = bindsFrom.flatMap { words.contains($0) ? $0 : nil } ?? words.first ?? ""
    }

    /// How far a word is: 0 for every word before the order binds, then counting up; 0 for a word of another list.
    public func rank(of word: String) -> Int {
        guard let position = words.firstIndex(of: word), let first = words.firstIndex(of: bindsFrom) else { return 0 }
        // Where all words bind, the first word is as free as "no value": nothing lies before it.
        return position >= first ? position - first + 1 : 0
    }
}
