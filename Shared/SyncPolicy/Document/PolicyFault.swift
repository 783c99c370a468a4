/// One fault of a policy document, with its place and what to do about it.
public struct PolicyFault: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The line, from 1.
    public let line: Int
    /// The column, from 1.
    public let column: Int
    /// The place in the document, such as `job.status.owner`; empty for the whole.
    public let path: String
    /// What is wrong.
    public let message: String
    /// What to do about it.
    public let suggestion: String?

    /// Describes a fault.
    public init(line: Int, column: Int, path: String, message: String, suggestion: String? = nil) {
        self.line = line
        self.column = column
        self.path = path
        self.message = message
        self.suggestion = suggestion
    }

    /// `line:column: path: message (suggestion)`, in one line.
    public var description: String {
        let place = path.isEmpty ? "" : "\(path): "
        let hint = suggestion.map { " (\($0))" } ?? ""
        return "\(line):\(column): \(place)\(message)\(hint)"
    }

    /// Orders by place.
    public static func < (left: PolicyFault, right: PolicyFault) -> Bool {
        (left.line, left.column, left.path, left.message) < (right.line, right.column, right.path, right.message)
    }
}

/// All faults of a policy document, ordered by place; never empty when thrown.
public struct PolicyFaults: Error, Hashable, Sendable, CustomStringConvertible {
    /// The faults.
    public let faults: [PolicyFault]

    /// Takes the faults in any order.
    public init(_ faults: [PolicyFault]) {
        self.faults = faults.sorted()
    }

    /// One line for each fault.
    public var description: String { faults.map(\.description).joined(separator: "\n") }
}
