import Yams

/// Turns the text of a policy document into nodes; the only place that knows the YAML library.
///
/// The library stops at the first key that stands twice in a mapping, and at the first tab in an indentation. Both are
/// put right in a copy of the text, with every line and column kept, so that the rest of the document is looked at, too.
struct PolicyYAML {
    private struct Place {
        let line: Int
        let column: Int

        init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }

        init(_ mark: Mark) {
            self.init(line: mark.line, column: mark.column)
        }
    }

    private static let maximumBytes = 1 << 20
    private static let maximumRenames = 200
    // Scalars of the private use area, which no policy has a use for.
    private static let firstStandIn: UInt32 = 0xe000

    private var lines: [[Unicode.Scalar]]
    private var renamed: [String: String] = [:]
    private(set) var faults: [PolicyFault] = []
    private(set) var root: PolicyNode?

    init(_ text: String) {
        guard text.utf8.count <= Self.maximumBytes else {
            lines = []
            faults = [
                PolicyFault(
                    line: 1, column: 1, path: "", message: "the document has more than \(Self.maximumBytes) bytes")
            ]
            return
        }
        lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.map {
            Array($0.unicodeScalars)
        }
        replaceTabs()
        while let duplicate = parse() {
            guard renamed.count < Self.maximumRenames, rename(duplicate.key, at: duplicate.mark) else {
                fault(duplicate.mark, "the key '\(duplicate.key.prefix(64))' stands twice in one mapping")
                return
            }
        }
    }

    /// Parses the text; gives the first key that stands twice, if that kept it from being parsed.
    private mutating func parse() -> (key: String, mark: Place)? {
        do {
            let text = lines.map { String(String.UnicodeScalarView($0)) }.joined(separator: "\n")
            let parser = try Yams.Parser(yaml: text, resolver: .basic)
            // Nodes refer weakly to their anchors, which the parser owns.
            try withExtendedLifetime(parser) {
                if let node = try parser.singleRoot() {
                    root = convert(node)
                } else {
                    faults.append(PolicyFault(line: 1, column: 1, path: "", message: "the document is empty"))
                }
            }
        } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
            return (keys.first ?? "", Place(context.mark))
        } catch YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _)
        {
            fault(
                Place(mark), "this is no YAML: \(problem)",
                suggestion: "check brackets, colons and indentation up to here")
        } catch YamlError.reader(let problem, let offset, _, _) {
            let place = place(ofByte: offset ?? 0)
            faults.append(
                PolicyFault(line: place.line, column: place.column, path: "", message: "this is no text: \(problem)"))
        } catch {
            faults.append(PolicyFault(line: 1, column: 1, path: "", message: "this is no YAML: \(error)"))
        }
        return nil
    }

    private mutating func convert(_ node: Node) -> PolicyNode {
        let mark = node.mark.map(Place.init) ?? Place(line: 1, column: 1)
        if node.anchor != nil {
            fault(mark, "anchors and aliases are not allowed", suggestion: "write the entry out")
            return PolicyNode(line: mark.line, column: mark.column, content: .word(""))
        }
        let content: PolicyNode.Content
        switch node {
        case .scalar(let scalar): content = .word(renamed[scalar.string] ?? scalar.string)
        case .sequence(let sequence): content = .list(sequence.map { convert($0) })
        case .mapping(let mapping): content = .map(mapping.map { (convert($0.key), convert($0.value)) })
        case .alias: content = .word("")
        }
        return PolicyNode(line: mark.line, column: mark.column, content: content)
    }

    /// Puts characters that stand for it in the place of a key, as many as it has.
    private mutating func rename(_ key: String, at mark: Place) -> Bool {
        let standIn = Unicode.Scalar(Self.firstStandIn + UInt32(renamed.count))
        guard let standIn, lines.indices.contains(mark.line - 1), !key.isEmpty else { return false }
        let scalars = Array(key.unicodeScalars)
        let line = lines[mark.line - 1]
        let isQuoted = mark.column - 1 < line.count && ["\"", "'"].contains(line[mark.column - 1])
        let start = mark.column - 1 + (isQuoted ? 1 : 0)
        let range = start..<start + scalars.count
        guard range.upperBound <= line.count, Array(line[range]) == scalars else { return false }
        lines[mark.line - 1].replaceSubrange(range, with: repeatElement(standIn, count: scalars.count))
        renamed[String(String.UnicodeScalarView(repeatElement(standIn, count: scalars.count)))] = key
        return true
    }

    /// Names each tab, and gives its line the indentation of the line above, so that the rest can be looked at.
    private mutating func replaceTabs() {
        var indentation = 0
        for index in lines.indices {
            let line = lines[index]
            let code = line.prefix { $0 != "#" }
            if let tab = code.firstIndex(of: "\t") {
                faults.append(
                    PolicyFault(
                        line: index + 1, column: tab + 1, path: "", message: "a tab character",
                        suggestion: "YAML is indented by spaces"))
                let body = line.drop { $0 == " " || $0 == "\t" }
                let lead = body.startIndex > tab ? indentation : body.startIndex
                lines[index] = Array(repeatElement(" ", count: lead)) + body.map { $0 == "\t" ? " " : $0 }
            }
            let isBlank = lines[index].allSatisfy { $0 == " " } || lines[index].first { $0 != " " } == "#"
            if !isBlank { indentation = lines[index].prefix { $0 == " " }.count }
        }
    }

    private mutating func fault(_ mark: Place, _ message: String, suggestion: String? = nil) {
        faults.append(
            PolicyFault(line: mark.line, column: mark.column, path: "", message: message, suggestion: suggestion))
    }

    private func place(ofByte offset: Int) -> Place {
        var rest = offset
        for (index, line) in lines.enumerated() {
            let bytes = line.reduce(0) { $0 + UTF8.width($1) } + 1
            if rest < bytes { return Place(line: index + 1, column: rest + 1) }
            rest -= bytes
        }
        return Place(line: max(1, lines.count), column: 1)
    }
}
