/// Lists the keys that a service has read, with values that may be shown.
public struct ConfigurationSummary: Sendable, Hashable {
    /// One key of the summary.
    public struct Entry: Sendable, Hashable {
        /// The dotted key.
        public let key: String
        /// The value, with secrets cut out; nil where the key is not set and has no default.
        public let shown: String?
        /// Whether the value is the built-in default.
        public let isDefault: Bool
    }

    /// The entries in the order of reading.
    public let entries: [Entry]
}

extension ConfigurationSummary: CustomStringConvertible {
    /// All keys in one line, `key=value` separated by spaces; defaults are marked by `(default)`.
    public var description: String {
        entries.map { entry in
            guard let shown = entry.shown else { return "\(entry.key)=(not set)" }
            return "\(entry.key)=\(shown)\(entry.isDefault ? "(default)" : "")"
        }.joined(separator: " ")
    }
}
