/// Finds the word that somebody most likely meant.
enum Suggestion {
    /// `did you mean 'x'?` for the nearest of the words, if one is near; else the words, if they are few.
    static func among(_ words: some Collection<String>, for word: String) -> String? {
        let near = words.map { (word: $0, distance: distance($0, word)) }
            .filter { $0.distance <= (max($0.word.count, word.count) + 1) / 3 }
            .min { ($0.distance, $0.word) < ($1.distance, $1.word) }
        if let near { return "did you mean '\(near.word)'?" }
        guard !words.isEmpty, words.count <= 12 else { return nil }
        return "one of: \(words.joined(separator: ", "))"
    }

    /// How many letters must be added, removed, changed or swapped with their neighbour to get from one to the other.
    static func distance(_ first: String, _ second: String) -> Int {
        let first = Array(first.utf8.prefix(80))
        let second = Array(second.utf8.prefix(80))
        var before: [Int] = []
        var previous = Array(0...second.count)
        for (row, left) in first.enumerated() {
            var current = [row + 1]
            for (column, right) in second.enumerated() {
                var best = min(
                    previous[column] + (left == right ? 0 : 1), previous[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left == second[column - 1], first[row - 1] == right {
                    best = min(best, before[column - 1] + 1)
                }
                current.append(best)
            }
            before = previous
            previous = current
        }
        return previous[second.count]
    }
}
