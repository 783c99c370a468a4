extension FieldValue {
    /// The value with each record reference in it replaced.
    public func mapReferences(_ replace: (RecordReference) -> RecordReference) -> FieldValue {
        switch self {
        case .reference(let reference): return .reference(replace(reference))
        case .references(let references): return .references(references.map(replace))
        case .lines(let lines):
            return .lines(
                lines.map { line in
                    var line = line
                    line.item = line.item.map(replace)
                    return line
                })
        default: return self
        }
    }
}

extension FieldValue {
    /// The record references in the value.
    public var recordReferences: [RecordReference] {
        switch self {
        case .reference(let reference): [reference]
        case .references(let references): references
        case .lines(let lines): lines.compactMap(\.item)
        default: []
        }
    }
}
