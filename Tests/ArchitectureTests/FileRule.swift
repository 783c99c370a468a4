/// Holds the size and the name of files.
enum FileRule {
    static let longest = 400

    /// Files that may be longer, each with its reason.
    static let longerByReason: [String: String] = [:]

    /// Files whose name is no type's, each with its reason.
    static let namedByReason: [String: String] = [
        "Services/sandbox/HubSpot/HubSpotWebhooks.swift": "an event, a subscription and their registry, used together",
        "Services/sandbox/Kit/RateLimiters.swift": "two ways to limit, read side by side",
    ]

    private static let keywords: Set<Substring> = ["struct", "class", "enum", "actor", "protocol", "typealias"]

    static func tooLong(_ files: [SourceFile], except reasons: [String: String] = longerByReason) -> [Violation] {
        files.compactMap { file in
            let count = file.lines.count - 1
            guard count > longest, reasons[file.path] == nil else { return nil }
            return Violation(file, "has \(count) lines; split it, or give a reason in FileRule")
        }
    }

    /// A reason for a file that is short or gone.
    static func idleReasons(_ files: [SourceFile], reasons: [String: String] = longerByReason) -> [String] {
        let long = Set(files.filter { $0.lines.count - 1 > longest }.map(\.path))
        return reasons.keys.filter { !long.contains($0) }.sorted()
    }

    /// `Thing.swift` declares `Thing` among its types.
    ///
    /// A file of extensions or functions only, and one named for an aspect (`Thing+aspect.swift`), may add what it needs.
    static func misnamed(_ files: [SourceFile], except reasons: [String: String] = namedByReason) -> [Violation] {
        files.compactMap { file in
            let types = types(of: file)
            let stem = file.name
            guard !types.isEmpty, !types.contains(stem[...]), !stem.contains("+"), reasons[file.path] == nil else {
                return nil
            }
            // `@main struct RouterMain` stands in the file of the executable; a module that is only begun has a stand-in.
            if types.contains("\(stem)Main"), file.text.contains("@main") { return nil }
            if types == ["\(stem)Placeholder"] { return nil }
            return Violation(file, "declares \(types.sorted().joined(separator: ", ")) and no \(stem)")
        }
    }

    /// The types declared at the top level of a file, those for this file alone left out.
    private static func types(of file: SourceFile) -> Set<Substring> {
        var types: Set<Substring> = []
        for (_, line) in file.codeLines {
            guard let first = line.first, first != " ", first != "}" else { continue }
            let words = line.split { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "@") }
            if words.first == "private" || words.first == "fileprivate" { continue }
            guard let keyword = words.firstIndex(where: keywords.contains), keyword + 1 < words.count,
                !words[..<keyword].contains("extension"), !words[..<keyword].contains("func"),
                !words[..<keyword].contains("import")
            else { continue }
            types.insert(words[keyword + 1])
        }
        return types
    }

    /// Names that say nothing.
    static func vague(_ files: [SourceFile]) -> [Violation] {
        let words = ["Manager", "Helper", "Helpers", "Utils", "Util", "Common"]
        return files.compactMap { file in
            guard let word = words.first(where: file.name.hasSuffix) else { return nil }
            return Violation(file, "is named \(word): say what it does")
        }
    }
}
