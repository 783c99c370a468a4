/// Keeps words out of code that have no place there.
enum WordRule {
    private static let floats: Set<Substring> = [
        "Double", "Float", "Float16", "Float32", "Float64", "Float80", "CGFloat",
    ]

    /// Money and quantities are exact: no floating point in the model, not even on the way.
    static func floatingPoint(in files: [SourceFile]) -> [Violation] {
        files.flatMap { file in
            file.codeLines.compactMap { number, text in
                let code = withoutComment(text)
                let words = code.split { !($0.isLetter || $0.isNumber || $0 == "_") }
                guard let word = words.first(where: floats.contains) else { return nil }
                return Violation(file, line: number, "uses \(word): money and quantities are exact")
            }
        }
    }

    /// What is left to do belongs to a tracker, and a crash on a wrong assumption to no service.
    static func leftovers(in files: [SourceFile]) -> [Violation] {
        files.flatMap { file -> [Violation] in
            let crashes = ["try!", "as!", "fatalError("]
            let notes = ["TODO", "FIXME", "XXX"]
            guard (crashes + notes).contains(where: file.text.contains) else { return [] }
            return file.lines.enumerated().compactMap { index, line in
                let comment = line.firstRange(of: "//").map { line[$0.upperBound...] } ?? ""
                let code = line.drop { $0 == " " }.hasPrefix("//") ? "" : withoutComment(line)
                let found = crashes.first { code.contains(" " + $0) || code.hasPrefix($0) }
                guard let word = found ?? notes.first(where: { comment.contains($0) }) else { return nil }
                return Violation(file, line: index + 1, "has \(word)")
            }
        }
    }

    /// Text behind `//` is a comment; an address holds `//` without a blank before it.
    private static func withoutComment(_ line: Substring) -> Substring {
        line.firstRange(of: " // ").map { line[..<$0.lowerBound] } ?? line
    }
}
