extension Validator {
    /// How deep selections may nest when the fragments are put in their places.
    static let maximumDepth = 100

    /// Whether some selection nests deeper than the limit; then the one error says where.
    mutating func isTooDeep() -> Bool {
        var depths: [String: Int] = [:]
        var open: Set<String> = []
        for operation in document.operations {
            if depth(of: operation.selectionSet, above: 0, &depths, &open) == nil {
                refuse("The operation nests deeper than \(Self.maximumDepth) levels", operation.location)
                return true
            }
        }
        for fragment in document.fragments {
            if depth(of: fragment.selectionSet, above: 0, &depths, &open) == nil {
                refuse("Fragment \(fragment.name) nests deeper than \(Self.maximumDepth) levels", fragment.location)
                return true
            }
        }
        return false
    }

    /// The levels below `selectionSet`; nil where they pass the limit.
    ///
    /// A cycle counts as nothing, its rule finds it.
    private func depth(
        of selectionSet: SelectionSet, above: Int, _ depths: inout [String: Int], _ open: inout Set<String>
    ) -> Int? {
        guard above <= Self.maximumDepth else { return nil }
        var deepest = 0
        for selection in selectionSet.selections {
            let below: Int?
            switch selection {
            case .field(let field):
                guard let inner = field.selectionSet else { continue }
                below = depth(of: inner, above: above + 1, &depths, &open)
            case .inline(let inline):
                below = depth(of: inline.selectionSet, above: above + 1, &depths, &open)
            case .spread(let spread):
                guard let fragment = fragments[spread.name], !open.contains(spread.name) else { continue }
                if let known = depths[spread.name] {
                    below = above + 1 + known > Self.maximumDepth ? nil : known
                } else {
                    open.insert(spread.name)
                    below = depth(of: fragment.selectionSet, above: above + 1, &depths, &open)
                    open.remove(spread.name)
                    depths[spread.name] = below
                }
            }
            guard let below else { return nil }
            deepest = max(deepest, below + 1)
        }
        return deepest
    }
}
