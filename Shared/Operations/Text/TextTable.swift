/// Rows for people, in columns that are as wide as their widest value.
public struct TextTable: Sendable {
    /// How a column stands.
    public enum Alignment: Sendable {
        /// Words.
        case leading
        /// Numbers.
        case trailing
    }

    private var head: [String]
    private var alignments: [Alignment]
    private var rows: [[String]] = []

    /// Takes the columns' names; numbers stand at the right.
    public init(_ columns: (name: String, alignment: Alignment)...) {
        head = columns.map(\.name)
        alignments = columns.map(\.alignment)
    }

    /// Whether there is no row.
    public var isEmpty: Bool { rows.isEmpty }

    /// Adds a row.
    public mutating func add(_ values: String...) {
        rows.append(values)
    }

    /// The lines, the names first, each behind an indent.
    public func text(indent: String = "") -> String {
        let lines = [head] + rows
        let widths = head.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            let cells = line.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - line[column].count)
                return alignments[column] == .leading ? line[column] + space : space + line[column]
            }
            var text = indent + cells.joined(separator: "  ")
            while text.last == " " { text.removeLast() }
            return text
        }.joined(separator: "\n")
    }
}
