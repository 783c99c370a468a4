/// What becomes of one change of one field.
public enum FieldDecision: Hashable, Sendable {
    /// Why the value stays as it is.
    public enum KeepReason: String, Sendable, CaseIterable {
        /// The change came from a system that does not own the field.
        case notOwner = "not_owner"
        /// The owner changed the field within the same window.
        case ownerWins = "owner_wins"
        /// Both systems may write the field, and the value there is newer.
        case olderChange = "older_change"
        /// The value is computed from other records.
        case derived
    }

    /// Why the change waits for a person.
    public enum HoldReason: String, Sendable, CaseIterable {
        /// It would change critical scope of a job that is in progress.
        case inProgress = "in_progress"
    }

    /// Why the change is not made.
    public enum RefuseReason: String, Sendable, CaseIterable {
        /// The field has a value already, and is written once.
        case writeOnce = "write_once"
        /// It would move the field back.
        case backwards
    }

    /// Why the change is none of the policy's business.
    public enum IgnoreReason: String, Sendable, CaseIterable {
        /// The policy does not name the field.
        case notInPolicy = "not_in_policy"
    }

    /// The field takes the value; a conflict tells whose change it won over.
    case accept(conflict: Conflict?)
    /// The field has that value already; `confirms` tells that somebody who may set it has said it again,
    /// later, so that the time of the value moves on.
    case same(confirms: Bool)
    /// The field keeps its value, and the change is recorded.
    case keep(KeepReason, conflict: Conflict?)
    /// The field keeps its value, and the change becomes a proposal.
    case propose(ProposalKind, conflict: Conflict?)
    /// The field keeps its value until a person has decided.
    case hold(HoldReason)
    /// The field keeps its value, and the change needs a look.
    case refuse(RefuseReason)
    /// The field keeps its value: the change is older than the one that gave it. A conflict that it shows is one of the
    /// time when it was made.
    case stale(conflict: Conflict?)
    /// The field is not synced.
    case ignore(IgnoreReason)

    /// Whether the field takes the value.
    public var applies: Bool {
        if case .accept = self { true } else { false }
    }

    /// The conflict that showed, if one did.
    public var conflict: Conflict? {
        switch self {
        case .accept(let conflict), .keep(_, let conflict), .propose(_, let conflict), .stale(let conflict): conflict
        case .same, .hold, .refuse, .ignore: nil
        }
    }
}
