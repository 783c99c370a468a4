public import CanonicalModel

/// Which key has sealed or signed how much, and what of it the keys at hand can read.
public struct KeyListing: Sendable {
    /// What keys seal or sign.
    public enum Kind: String, Sendable {
        /// Vendors' tokens, one value for each account.
        case tokens
        /// Heads of the audit log.
        case seals
    }

    /// What a key is.
    public enum Standing: String, Sendable {
        /// It seals and opens, or signs.
        case current
        /// It only opens or verifies.
        case previous
        /// It is not at hand.
        case absent
    }

    /// One key.
    public struct Row: Sendable, Hashable {
        /// The key's id.
        public var key: String
        /// What it seals or signs.
        public var kind: Kind
        /// What it is.
        public var standing: Standing
        /// How many values name it.
        public var values = 0
        /// How many of them the keys at hand open; of seals, how many they can verify.
        public var readable = 0
        /// The accounts whose tokens they do not open.
        public var unreadable: [String] = []
    }

    /// The keys, those at hand first.
    public var rows: [Row] = []

    /// Adds the keys at hand, each once.
    init(_ keys: [(id: String, standing: Standing)], of kind: Kind) {
        for key in keys where !rows.contains(where: { $0.key == key.id }) {
            rows.append(Row(key: key.id, kind: kind, standing: key.standing))
        }
    }

    /// Notes values that name a key.
    mutating func add(_ count: Int = 1, of kind: Kind, sealedBy key: String, isReadable: Bool, account: String? = nil) {
        if !rows.contains(where: { $0.key == key }) { rows.append(Row(key: key, kind: kind, standing: .absent)) }
        guard let index = rows.firstIndex(where: { $0.key == key }) else { return }
        rows[index].values += count
        if isReadable {
            rows[index].readable += count
        } else if let account {
            rows[index].unreadable.append(account)
        }
    }

    /// Whether the keys at hand read everything.
    public var isReadable: Bool { rows.allSatisfy { $0.readable == $0.values } }

    /// For people.
    public var text: String {
        guard !rows.isEmpty else { return "nothing is sealed or signed yet, and no key is at hand" }
        var table = TextTable(
            ("KEY", .leading), ("OF", .leading), ("IS", .leading), ("VALUES", .trailing), ("READABLE", .trailing))
        for row in rows {
            table.add(row.key, row.kind.rawValue, row.standing.rawValue, "\(row.values)", "\(row.readable)")
        }
        let faults = rows.filter { !$0.unreadable.isEmpty }.map { row in
            let why = row.standing == .absent ? "that key is not at hand" : "they are not what it has sealed"
            let accounts = row.unreadable.joined(separator: ", ")
            return "the tokens of \(accounts), sealed by \(row.key), cannot be opened: \(why)"
        }
        return ([table.text()] + faults).joined(separator: "\n")
    }

    /// For programs.
    public var json: JSONValue {
        .array(
            rows.map { row in
                [
                    "key": .string(row.key), "of": .string(row.kind.rawValue), "is": .string(row.standing.rawValue),
                    "values": .int(row.values), "readable": .int(row.readable),
                    "unreadable_accounts": .array(row.unreadable.map { .string($0) }),
                ]
            })
    }

    /// For spreadsheets.
    public var csv: String {
        var csv = CSVText(["key", "of", "is", "values", "readable", "unreadable_accounts"])
        for row in rows {
            csv.add([
                row.key, row.kind.rawValue, row.standing.rawValue, "\(row.values)", "\(row.readable)",
                row.unreadable.joined(separator: " "),
            ])
        }
        return csv.text
    }
}
