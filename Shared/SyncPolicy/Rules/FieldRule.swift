public import CanonicalModel

/// What the policy says of one field.
public struct FieldRule: Hashable, Sendable {
    /// What binds the owner's own changes.
    public enum Discipline: Hashable, Sendable {
        /// Nothing but time: an older change never replaces a newer one.
        case free
        /// Once set, the value stays.
        case writeOnce
        /// The value never moves back in the order of its words.
        case monotone(MonotoneOrder)
    }

    /// What becomes of a change that somebody else than the owner makes.
    public enum Others: Hashable, Sendable {
        /// The owner's value stays; the other's is recorded.
        case ownerWins
        /// The owner's value stays; where both changed the field within the window, that is a conflict of which both
        /// values are kept.
        case ownerWinsInWindow
        /// It becomes a proposal that a person decides on.
        case propose(ProposalKind)
    }

    /// The role of the system of record.
    public let owner: Role
    /// The roles to whose systems the value goes.
    public let flowsTo: RoleSet
    /// What binds the owner.
    public let discipline: Discipline
    /// What becomes of others' changes.
    public let others: Others
    /// Whether the systems that the field flows to may write it, too; then the last change wins.
    public let isTwoWay: Bool
    /// Whether the owner's changes wait for a person while the job is in progress.
    public let holdsInProgress: Bool
    /// Whether the router computes the value from other records, so that no system may change it.
    public let isDerived: Bool

    /// Takes the parts.
    public init(
        owner: Role, flowsTo: RoleSet = [], discipline: Discipline = .free, others: Others = .ownerWins,
        isTwoWay: Bool = false, holdsInProgress: Bool = false, isDerived: Bool = false
    ) {
        self.owner = owner
        self.flowsTo = flowsTo
        self.discipline = discipline
        self.others = others
        self.isTwoWay = isTwoWay
        self.holdsInProgress = holdsInProgress
        self.isDerived = isDerived
    }

    /// The roles that must show the value: those that it flows to, and the owner where others may write it.
    public var shownIn: RoleSet { isTwoWay ? flowsTo.union(RoleSet(owner)) : flowsTo }

    /// Whether changes of two systems within the window are a conflict.
    public var tellsConflicts: Bool {
        if isTwoWay { return true }
        switch others {
        case .ownerWins, .propose(.reopenTicket): return false
        case .ownerWinsInWindow, .propose: return true
        }
    }

    /// The conflict rule in the words of the policy file.
    public var conflictWords: [String] {
        var words: [String] = []
        switch discipline {
        case .free: break
        case .writeOnce: words.append(ConflictWord.writeOnce.rawValue)
        case .monotone: words.append(ConflictWord.monotone.rawValue)
        }
        switch others {
        case .ownerWins: break
        case .ownerWinsInWindow: words.append(ConflictWord.ownerWinsInWindow.rawValue)
        case .propose(let kind): words.append(kind.rawValue)
        }
        if holdsInProgress { words.append(ConflictWord.holdInProgress.rawValue) }
        return words.isEmpty ? [ConflictWord.ownerWins.rawValue] : words
    }
}

/// The closed vocabulary of `on_conflict`; the kinds of proposals belong to it, too.
enum ConflictWord: String, CaseIterable {
    case ownerWins = "owner_wins"
    case ownerWinsInWindow = "owner_wins_in_window"
    case writeOnce = "write_once"
    case monotone
    case holdInProgress = "hold_in_progress"

    static let all = allCases.map(\.rawValue) + ProposalKind.allCases.map(\.rawValue)
}
