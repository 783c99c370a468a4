extension Validator {
    mutating func checkTypeCondition(_ name: String, _ location: SourceLocation, _ owner: String) {
        guard let type = schema.types[name] else {
            report(
                .knownTypeNames, "No such type \(name), so it can't be a fragment condition", location,
                extensions: ["typeName": .string(name)])
            return
        }
        if !type.isComposite {
            report(
                .fragmentsOnCompositeTypes,
                "\(owner) can't be on \(name): only objects, interfaces and unions have selections", location,
                extensions: ["typeName": .string(name)])
        }
    }

    mutating func check(_ spread: FragmentSpread, parent: String?) {
        current.spreads.append(spread)
        checkDirectives(spread.directives, at: .fragmentSpread)
        guard let fragment = fragments[spread.name] else {
            report(
                .knownFragmentNames, "Fragment \(spread.name) was used, but not defined", spread.location,
                extensions: ["fragmentName": .string(spread.name)])
            return
        }
        checkPossible(fragment.typeCondition, in: parent, "Fragment \(spread.name)", spread.location)
    }

    /// A fragment must be able to apply to some object of its surroundings.
    mutating func checkPossible(
        _ condition: String, in parent: String?, _ owner: String, _ location: SourceLocation
    ) {
        guard let parent, schema.types[condition]?.isComposite == true, schema.types[parent]?.isComposite == true,
            !schema.overlap(condition, parent)
        else { return }
        report(
            .possibleFragmentSpreads, "\(owner) on \(condition) can't be spread inside \(parent)", location,
            extensions: ["typeName": .string(parent)])
    }

    /// Every fragment must be reached from some operation.
    mutating func checkFragmentUse() {
        var reached: Set<String> = []
        for operation in document.operations { reached.formUnion(reachableFragments(from: operation.selectionSet)) }
        for fragment in document.fragments where !reached.contains(fragment.name) {
            report(
                .noUnusedFragments, "Fragment \(fragment.name) was defined, but not used", fragment.location,
                extensions: ["fragmentName": .string(fragment.name)])
        }
    }

    private func reachableFragments(from selectionSet: SelectionSet) -> Set<String> {
        var reached: Set<String> = []
        var pending: [String] = []
        func visit(_ selectionSet: SelectionSet) {
            for selection in selectionSet.selections {
                switch selection {
                case .field(let field): if let inner = field.selectionSet { visit(inner) }
                case .inline(let inline): visit(inline.selectionSet)
                case .spread(let spread): pending.append(spread.name)
                }
            }
        }
        visit(selectionSet)
        while let name = pending.popLast() {
            guard reached.insert(name).inserted, let uses = fragmentUses[name] else { continue }
            pending += uses.spreads.map(\.name)
        }
        return reached
    }

    /// No fragment may contain itself, directly or through others.
    mutating func checkFragmentCycles() {
        var finished: Set<String> = []
        for fragment in document.fragments where !finished.contains(fragment.name) {
            var path: [FragmentSpread] = []
            findCycles(in: fragment.name, path: &path, pathNames: [fragment.name], finished: &finished)
        }
    }

    private mutating func findCycles(
        in name: String, path: inout [FragmentSpread], pathNames: [String], finished: inout Set<String>
    ) {
        guard finished.insert(name).inserted else { return }
        for spread in fragmentUses[name]?.spreads ?? [] {
            path.append(spread)
            if let start = pathNames.firstIndex(of: spread.name) {
                let names = pathNames[start...].joined(separator: ", ")
                report(
                    .noFragmentCycles, "Fragment \(spread.name) contains an infinite loop through \(names)",
                    spread.location, extensions: ["fragmentName": .string(spread.name)])
            } else {
                findCycles(in: spread.name, path: &path, pathNames: pathNames + [spread.name], finished: &finished)
            }
            path.removeLast()
        }
    }
}
