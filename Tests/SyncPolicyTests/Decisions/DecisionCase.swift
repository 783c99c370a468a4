import CanonicalModel
import SyncPolicy

/// One field under the shipped policy, whose changes are judged one after the other as the router does.
struct DecisionCase {
    let policy: SourceOfTruth
    let entity: EntityKind
    let field: FieldName
    var current: FieldChange?
    var earlier: [FieldChange] = []
    var conflicts: Set<Set<FieldChange>> = []
    var isJobInProgress = false

    init(_ policy: SourceOfTruth, _ entity: EntityKind, _ field: FieldName) {
        self.policy = policy
        self.entity = entity
        self.field = field
    }

    /// A text or a word that a role's system was given at a second.
    static func change(_ role: Role, _ value: FieldValue?, at second: Int64) -> FieldChange {
        FieldChange(
            value.map(PatchValue.set) ?? .clear, source: .connection(ConnectionID("\(role.rawValue)-main"), role),
            changedAt: Instant(seconds: second))
    }

    func input(_ change: FieldChange) -> DecisionInput {
        DecisionInput(
            entity: entity, field: field, incoming: change, current: current, earlier: earlier,
            isJobInProgress: isJobInProgress, now: Instant(seconds: 1_000_000))
    }

    /// Judges a change and takes over what follows from it.
    @discardableResult
    mutating func judge(_ change: FieldChange) -> FieldDecision {
        let decision = policy.decide(input(change))
        switch decision {
        case .accept:
            if let current { earlier.append(current) }
            current = change
        case .same(confirms: true):
            current?.changedAt = change.changedAt
            current?.source = change.source
        case .same(confirms: false), .ignore: break
        case .keep, .propose, .hold, .refuse, .stale: earlier.append(change)
        }
        if let conflict = decision.conflict { conflicts.insert([conflict.owner, conflict.other]) }
        return decision
    }
}

/// All orders of the elements.
func permutations<Element>(_ elements: [Element]) -> [[Element]] {
    guard let first = elements.first else { return [[]] }
    return permutations(Array(elements.dropFirst())).flatMap { rest in
        (0...rest.count).map { Array(rest[..<$0]) + [first] + Array(rest[$0...]) }
    }
}
