import CanonicalModel

/// Reads nodes of a policy document and collects every fault on the way; what is faulty comes back as nil.
struct PolicyReader {
    private(set) var faults: [PolicyFault] = []

    mutating func add(_ more: [PolicyFault]) {
        faults += more
    }

    mutating func fault(_ node: PolicyNode, _ path: String, _ message: String, suggestion: String? = nil) {
        faults.append(
            PolicyFault(line: node.line, column: node.column, path: path, message: message, suggestion: suggestion))
    }

    /// The members of a mapping, in order, each key once; nil where there is no mapping.
    mutating func members(_ node: PolicyNode, _ path: String) -> [(key: PolicyNode, name: String, value: PolicyNode)]? {
        guard case .map(let pairs) = node.content else {
            fault(node, path, "must be a mapping, found \(node.phrase)", suggestion: "write 'key: value' pairs")
            return nil
        }
        var first: [String: Int] = [:]
        var members: [(key: PolicyNode, name: String, value: PolicyNode)] = []
        for (key, value) in pairs {
            guard let name = key.word else {
                fault(key, path, "a key must be a word, found \(key.phrase)")
                continue
            }
            if let line = first[name] {
                fault(
                    key, under(path, name), "the key '\(name)' stands twice, first on line \(line)",
                    suggestion: "keep one of them")
                continue
            }
            first[name] = key.line
            members.append((key, name, value))
        }
        return members
    }

    /// The members of a mapping whose keys are all known, by name.
    mutating func members(_ node: PolicyNode, _ path: String, keys: [String]) -> [String: PolicyNode]? {
        guard let members = members(node, path) else { return nil }
        var known: [String: PolicyNode] = [:]
        for member in members {
            if keys.contains(member.name) {
                known[member.name] = member.value
            } else {
                fault(
                    member.key, under(path, member.name), "unknown key '\(member.name.prefix(64))'",
                    suggestion: Suggestion.among(keys, for: member.name))
            }
        }
        return known
    }

    /// A word out of a list.
    mutating func word(_ node: PolicyNode, _ path: String, _ what: String, of words: [String]) -> String? {
        guard let word = node.word, !word.isEmpty else {
            fault(node, path, "must be \(what), found \(node.phrase)", suggestion: Suggestion.among(words, for: ""))
            return nil
        }
        guard words.contains(word) else {
            fault(
                node, path, "'\(word.prefix(64))' is not \(what)", suggestion: Suggestion.among(words, for: word))
            return nil
        }
        return word
    }

    mutating func role(_ node: PolicyNode, _ path: String) -> Role? {
        word(node, path, "a role", of: Role.allCases.map(\.rawValue)).flatMap(Role.init(rawValue:))
    }

    /// A list, or a single word as a list of one.
    func elements(_ node: PolicyNode) -> [PolicyNode]? {
        switch node.content {
        case .list(let elements): elements
        case .word(let word): word.isEmpty ? nil : [node]
        case .map: nil
        }
    }

    /// A list of words out of a closed list, each once; what is faulty is left out.
    mutating func words(_ node: PolicyNode, _ path: String, _ what: String, of words: [String]) -> [PolicyNode]? {
        guard let elements = elements(node) else {
            fault(node, path, "must be a list, found \(node.phrase)", suggestion: "write it as [a, b]")
            return nil
        }
        var seen: Set<String> = []
        return elements.filter { element in
            guard let word = word(element, path, what, of: words) else { return false }
            if seen.insert(word).inserted { return true }
            fault(element, path, "'\(word)' stands twice in the list", suggestion: "keep one of them")
            return false
        }
    }

    mutating func flag(_ node: PolicyNode, _ path: String) -> Bool? {
        word(node, path, "true or false", of: ["true", "false"]).map { $0 == "true" }
    }

    mutating func number(_ node: PolicyNode, _ path: String, in range: ClosedRange<Int64>) -> Int64? {
        guard let number = node.word.flatMap({ Int64($0) }), range.contains(number) else {
            fault(
                node, path, "must be a whole number, found \(node.phrase)",
                suggestion: "from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    func under(_ path: String, _ name: String) -> String {
        let name = name.prefix(64)
        return path.isEmpty ? String(name) : "\(path).\(name)"
    }
}
