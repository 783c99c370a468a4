public import CanonicalModel

/// The policy for people: who owns what, where it goes, what becomes of other changes (R1.12).
public struct DataMap: Sendable, Hashable {
    /// One field of the map.
    public struct Row: Sendable, Hashable {
        /// The field.
        public let field: FieldName
        /// What the field means.
        public let meaning: String
        /// The role of the system of record.
        public let owner: Role
        /// The roles to whose systems it flows.
        public let flowsTo: [Role]
        /// One-way or two-way, in words.
        public let direction: String
        /// What becomes of conflicting changes, in the words of the policy file.
        public let rule: [String]
        /// The same in a sentence.
        public let explanation: String
    }

    /// One entity of the map.
    public struct Section: Sendable, Hashable {
        /// The entity.
        public let entity: EntityKind
        /// How soon changes arrive.
        public let syncClass: SyncClass
        /// When records go to the systems of each role.
        public let gates: [Role: Gate]
        /// The fields, in the order of the data dictionary.
        public let rows: [Row]
    }

    /// The version of the policy.
    public let version: Int64
    /// SHA-256 of the policy's document.
    public let hash: String
    /// The entities, in the order of the data dictionary.
    public let sections: [Section]

    /// Draws the map of a policy.
    public init(_ policy: SourceOfTruth) {
        version = policy.version
        hash = policy.hash
        sections = EntityKind.allCases.compactMap { kind in
            policy.entities[kind].map { Self.section(kind, $0) }
        }
    }

    private static func section(_ kind: EntityKind, _ entity: EntityPolicy) -> Section {
        Section(
            entity: kind, syncClass: entity.syncClass,
            gates: Dictionary(uniqueKeysWithValues: Role.allCases.map { ($0, entity.gate($0)) }),
            rows: ModelCatalog.declaration(of: kind).fields.compactMap { field in
                entity.fields[field.name].map { row(field, $0) }
            })
    }

    private static func row(_ field: FieldDeclaration, _ rule: FieldRule) -> Row {
        let targets = rule.flowsTo.roles.map(\.rawValue).joined(separator: ", ")
        let direction =
            if rule.flowsTo.isEmpty {
                "stays with \(rule.owner.rawValue)"
            } else if rule.isTwoWay {
                "\(rule.owner.rawValue) ↔ \(targets)"
            } else {
                "\(rule.owner.rawValue) → \(targets)"
            }
        return Row(
            field: field.name, meaning: field.text, owner: rule.owner, flowsTo: rule.flowsTo.roles,
            direction: direction,
            rule: rule.conflictWords, explanation: rule.explanation)
    }
}

extension FieldRule {
    /// What becomes of conflicting changes, in a sentence.
    fileprivate var explanation: String {
        if isDerived { return "Computed; changes are recorded and put back." }
        if isTwoWay { return "The last change wins, by its own time; the other value is kept." }
        var sentences: [String] = []
        switch discipline {
        case .free: break
        case .writeOnce: sentences.append("Written once; a second value is refused.")
        case .monotone(let order):
            let start = order.bindsFrom == order.words.first ? "" : " from '\(order.bindsFrom)' on"
            sentences.append("Never goes back\(start).")
        }
        switch others {
        case .ownerWins: sentences.append("Changes by others are recorded and put back.")
        case .ownerWinsInWindow:
            sentences.append("Changes by others are recorded and put back; both values are kept when made together.")
        case .propose(let kind):
            sentences.append("Changes by others become a \(kind.rawValue.replacing("_", with: " ")).")
        }
        if holdsInProgress { sentences.append("Waits for a review while the job is in progress.") }
        return sentences.joined(separator: " ")
    }
}
