public import CanonicalModel

/// How far sealing everything under the current key has come.
public struct KeyResealing: Sendable, Hashable {
    /// The key that seals now.
    public let key: String
    /// How many values were sealed anew.
    public internal(set) var done = 0
    /// The accounts whose tokens could not be opened, and why.
    public internal(set) var unopened: [String: String] = [:]
    /// The accounts whose tokens were refreshed each time that they were to be replaced.
    public internal(set) var busy: [String] = []

    /// Whether everything is sealed under the current key.
    public var isComplete: Bool { unopened.isEmpty && busy.isEmpty }

    /// For people.
    public var text: String {
        var lines = ["\(done) \(done == 1 ? "value was" : "values were") sealed anew under the key \(key)"]
        lines += unopened.sorted { $0.key < $1.key }.map { "NOT OPENED: \($0.value)" }
        if !busy.isEmpty {
            let accounts = busy.joined(separator: ", ")
            lines.append(
                "the tokens of \(accounts) were refreshed meanwhile by a process that seals under another key, or are just "
                    + "being refreshed: see that all adapters have the current key, then run this again")
        }
        if isComplete { lines.append("nothing is sealed under another key any more") }
        return lines.joined(separator: "\n")
    }

    /// For programs.
    public var json: JSONValue {
        [
            "key": .string(key), "resealed": .int(done), "complete": .bool(isComplete),
            "unopened": .array(
                unopened.sorted { $0.key < $1.key }.map { ["account": .string($0.key), "reason": .string($0.value)] }),
            "busy": .array(busy.map { .string($0) }),
        ]
    }
}
