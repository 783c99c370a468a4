import CanonicalModel

extension PatchValue {
    /// Whether two values say the same: a cleared field and one with nothing in it do, and so do two sets in another
    /// order.
    ///
    /// A vendor's own notation (of telephone numbers, say) is evened out by its connector before.
    func isSame(as other: PatchValue) -> Bool {
        if self == other { return true }
        let left = value.flatMap(\.meaning)
        let right = other.value.flatMap(\.meaning)
        switch (left, right) {
        case (nil, nil): return true
        case (let left?, let right?): return left.isSame(as: right)
        default: return false
        }
    }
}

extension FieldValue {
    /// The value, or nil where it holds nothing.
    fileprivate var meaning: FieldValue? {
        switch self {
        case .text(let text): text.allSatisfy(\.isWhitespace) ? nil : self
        case .address(let place): place.isEmpty ? nil : self
        case .references(let list): list.isEmpty ? nil : self
        case .texts(let list): list.isEmpty ? nil : self
        case .lines(let list): list.isEmpty ? nil : self
        case .history(let list): list.isEmpty ? nil : self
        default: self
        }
    }

    fileprivate func isSame(as other: FieldValue) -> Bool {
        switch (self, other) {
        case (.text(let left), .text(let right)): left.evened == right.evened
        case (.references(let left), .references(let right)): Set(left) == Set(right)
        case (.texts(let left), .texts(let right)): Set(left) == Set(right)
        case (.lines(let left), .lines(let right)):
            // A line is known by its key, not by its place. Two lines with one key are two lines.
            left.count == right.count
                && Dictionary(grouping: left, by: \.key).mapValues(Set.init)
                    == Dictionary(grouping: right, by: \.key).mapValues(Set.init)
        default: self == other
        }
    }
}

extension String {
    /// The text without white space around it, with one kind of line break.
    fileprivate var evened: String {
        var text = self[...]
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        // CR LF is one character of its own in Swift.
        return String(text.map { $0 == "\r\n" || $0 == "\r" ? "\n" : $0 })
    }
}
