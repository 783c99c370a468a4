/// Finds fields that answer under one key and cannot be merged.
///
/// Every pair of fields is compared once (twice where it first appeared only under types that exclude each other), so
/// that the work is bounded by the square of the document's size, also with fragments that contain each other.
struct OverlapCheck {
    private struct Entry {
        let parent: String?
        let field: Field
        let definition: FieldDefinition?
    }

    private struct Pair: Hashable {
        let first: Int
        let second: Int
    }

    let schema: Schema
    let fragments: [String: FragmentDefinition]
    private(set) var errors: [GraphQLError] = []
    /// Pairs compared so far; the value says whether only as mutually exclusive.
    private var compared: [Pair: Bool] = [:]

    init(schema: Schema, fragments: [String: FragmentDefinition]) {
        self.schema = schema
        self.fragments = fragments
    }

    /// Checks the selection set and, each by itself, all that stand inside it.
    mutating func check(_ selectionSet: SelectionSet, parent: String?) {
        for (key, entries) in collect(selectionSet, parent: parent) {
            for (position, first) in entries.enumerated() {
                for second in entries[(position + 1)...] {
                    if let reason = conflict(first, second, exclusive: false, depth: 0) {
                        report(key, first, second, reason)
                    }
                }
            }
        }
        for selection in selectionSet.selections {
            switch selection {
            case .field(let field):
                guard let inner = field.selectionSet else { continue }
                check(inner, parent: parent.flatMap { schema.field(field.name, of: $0)?.type.name })
            case .inline(let inline):
                check(inline.selectionSet, parent: inline.typeCondition ?? parent)
            case .spread: break
            }
        }
    }

    /// The fields by response key, fragments expanded, in the order of the document.
    private func collect(_ selectionSet: SelectionSet, parent: String?) -> [(String, [Entry])] {
        var positions: [String: Int] = [:]
        var groups: [(String, [Entry])] = []
        var visited: Set<String> = []
        func visit(_ selectionSet: SelectionSet, _ parent: String?) {
            for selection in selectionSet.selections {
                switch selection {
                case .field(let field):
                    let entry = Entry(
                        parent: parent, field: field, definition: parent.flatMap { schema.field(field.name, of: $0) })
                    if let position = positions[field.responseKey] {
                        groups[position].1.append(entry)
                    } else {
                        positions[field.responseKey] = groups.count
                        groups.append((field.responseKey, [entry]))
                    }
                case .inline(let inline): visit(inline.selectionSet, inline.typeCondition ?? parent)
                case .spread(let spread):
                    guard visited.insert(spread.name).inserted, let fragment = fragments[spread.name] else { continue }
                    visit(fragment.selectionSet, fragment.typeCondition)
                }
            }
        }
        visit(selectionSet, parent)
        return groups
    }

    /// Why two fields of one response key cannot be merged; nil when they can.
    private mutating func conflict(_ first: Entry, _ second: Entry, exclusive: Bool, depth: Int) -> String? {
        // Fragments that contain themselves have no end; they are refused by their own rule.
        guard first.field.id != second.field.id, depth <= Validator.maximumDepth else { return nil }
        var exclusive = exclusive
        if !exclusive, let one = first.parent, let other = second.parent, one != other,
            case .object? = schema.types[one], case .object? = schema.types[other]
        {
            exclusive = true
        }
        let pair = Pair(
            first: min(first.field.id, second.field.id), second: max(first.field.id, second.field.id))
        if let before = compared[pair], before == false || exclusive { return nil }
        compared[pair] = exclusive

        if !exclusive {
            if first.field.name != second.field.name {
                return "\(first.field.name) or \(second.field.name)?"
            }
            if !sameArguments(first.field.arguments, second.field.arguments) { return "they differ in arguments" }
        }
        if let one = first.definition?.type, let other = second.definition?.type, differ(one, other) {
            return "they return \(one) and \(other)"
        }
        guard let inner = first.field.selectionSet, let other = second.field.selectionSet else { return nil }
        let groups = collect(other, parent: second.definition?.type.name)
        let byKey = Dictionary(groups) { first, _ in first }
        for (key, entries) in collect(inner, parent: first.definition?.type.name) {
            for one in entries {
                for two in byKey[key] ?? [] {
                    if let reason = conflict(one, two, exclusive: exclusive, depth: depth + 1) {
                        return "\(key): \(reason)"
                    }
                }
            }
        }
        return nil
    }

    private func sameArguments(_ first: [Argument], _ second: [Argument]) -> Bool {
        guard first.count == second.count else { return false }
        return first.allSatisfy { argument in
            second.contains {
                $0.name == argument.name
                    && $0.value.printed(sorted: true) == argument.value.printed(sorted: true)
            }
        }
    }

    /// Whether results of the two types cannot have one shape.
    private func differ(_ first: TypeReference, _ second: TypeReference) -> Bool {
        switch (first, second) {
        case (.list(let one), .list(let other)), (.nonNull(let one), .nonNull(let other)): return differ(one, other)
        case (.list, _), (_, .list), (.nonNull, _), (_, .nonNull): return true
        case (.named(let one), .named(let other)):
            let isLeaf = schema.types[one]?.isLeaf == true || schema.types[other]?.isLeaf == true
            return isLeaf && one != other
        }
    }

    private mutating func report(_ key: String, _ first: Entry, _ second: Entry, _ reason: String) {
        errors.append(
            GraphQLError(
                "Field '\(key)' has a field conflict: \(reason)",
                locations: [first.field.location, second.field.location],
                code: ValidationRule.overlappingFieldsCanBeMerged.code,
                extensions: ["fieldName": .string(key), "conflicts": .string(reason)],
                rule: .overlappingFieldsCanBeMerged))
    }
}
