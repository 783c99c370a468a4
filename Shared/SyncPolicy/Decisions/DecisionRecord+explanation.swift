import CanonicalModel

extension DecisionRecord {
    /// The decision in plain words, without the values.
    public var explanation: String {
        let field = "\(input.entity.rawValue).\(input.field)"
        switch decision {
        case .accept(let conflict):
            return "\(author) changed \(field) at \(input.incoming.changedAt), and \(right): applied."
                + note(conflict, lost: "the other value is kept as evidence")
        case .same(let confirms):
            return "\(author) reported a value for \(field) that it has already"
                + (confirms ? ", and so confirmed it as of \(input.incoming.changedAt)." : ".")
        case .keep(let reason, let conflict):
            return kept(reason, field) + note(conflict, lost: "the value of \(ownerName) stays")
        case .propose(let kind, let conflict):
            return "\(author) changed \(field), which \(ownerName) owns: raised as a \(kind.words) for a person to "
                + "decide on." + note(conflict, lost: "the value of \(ownerName) stays meanwhile")
        case .hold(.inProgress):
            return "\(author) changed \(field), which is critical scope, while the job is in progress: held for a "
                + "person to review."
        case .refuse(.writeOnce):
            return "\(author) gave \(field) another value, but it is written once and has one since "
                + "\(since): not applied, both values are kept."
        case .refuse(.backwards):
            return "\(author) moved \(field) back, which never goes back: recorded, not applied."
        case .stale(let conflict):
            return "\(author) changed \(field) at \(input.incoming.changedAt), but it already has a value of "
                + "\(since): the older change came late and is kept as evidence."
                + note(conflict, lost: "neither value is the one of today")
        case .ignore(.notInPolicy):
            return "The policy (version \(policyVersion)) does not name \(field), so it is not synced."
        }
    }

    private func kept(_ reason: FieldDecision.KeepReason, _ field: String) -> String {
        switch reason {
        case .notOwner: "\(author) changed \(field), but \(ownerName) owns it: recorded, not applied."
        case .ownerWins:
            "\(author) and \(ownerName) both changed \(field) within the conflict window, and \(ownerName) owns it: "
                + "the owner wins."
        case .olderChange:
            "\(author) changed \(field) at \(input.incoming.changedAt), but both sides may and the other change, of "
                + "\(since), is the last one: kept as evidence."
        case .derived: "\(author) changed \(field), but it is computed from other records: recorded, not applied."
        }
    }

    private var author: String {
        switch input.incoming.source {
        case .connection(let connection, let role): "The \(role.rawValue) (\(connection))"
        case .effect: "A rule of Plumbline"
        case .person(let name): "\(name), in Plumbline,"
        }
    }

    private var right: String {
        switch input.incoming.source {
        case .connection(_, let role) where role == owner: "it owns the field"
        case .connection: "both sides may change the field and this is the last change"
        case .effect: "that is what the rule is for"
        case .person: "a person's decision counts"
        }
    }

    private var ownerName: String { owner.map { "the \($0.rawValue)" } ?? "nobody" }

    private var since: String { input.current.map { "\($0.changedAt)" } ?? "before" }

    private func note(_ conflict: Conflict?, lost: String) -> String {
        guard let conflict else { return "" }
        let other = conflict.other.role?.rawValue ?? "other side"
        let order =
            conflict.isOrderCertain
            ? "" : " The clocks may differ by \(conflict.tolerance) s, so which was first is not certain."
        return " Conflict: the \(other) changed it at \(conflict.other.changedAt) and the owner at "
            + "\(conflict.owner.changedAt), \(conflict.distance) s apart (window \(conflict.window) s); \(lost)."
            + order
    }
}

extension ProposalKind {
    fileprivate var words: String { rawValue.replacing("_", with: " ") }
}
