import CanonicalModel

extension SourceOfTruth {
    /// Decides on one change of one field; pure.
    ///
    /// The order of arrival does not matter where the rule does not name it: owners' changes are compared by their times,
    /// words of a monotone field by rank and then time, changes of a two-way field by time (the owner's at a tie). Of
    /// two changes of the owner with equal times the one that arrives later counts, since it was read later.
    public func decide(_ input: DecisionInput) -> FieldDecision {
        guard let rule = rule(input.field, of: input.entity) else { return .ignore(.notInPolicy) }
        guard let role = input.incoming.role else { return decideOwn(input, rule) }
        if rule.isDerived { return isSame(input) ? .same(confirms: false) : .keep(.derived, conflict: nil) }
        if role == rule.owner { return decideOwners(input, rule) }
        if rule.isTwoWay, rule.flowsTo.contains(role) { return decideTwoWay(input, rule) }
        if isSame(input) || (input.current == nil && !hasValue(input.incoming)) { return .same(confirms: false) }
        return decideOthers(input, rule)
    }

    /// A change by a rule of ours or by a person: it has been decided already, and only meets what cannot be undone.
    private func decideOwn(_ input: DecisionInput, _ rule: FieldRule) -> FieldDecision {
        if isSame(input) { return .same(confirms: false) }
        if case .effect = input.incoming.source, rule.discipline == .writeOnce, hasValue(input.current) {
            return .refuse(.writeOnce)
        }
        return .accept(conflict: nil)
    }

    private func decideOwners(_ input: DecisionInput, _ rule: FieldRule) -> FieldDecision {
        let isOlder = input.current.map { input.incoming.precedes($0) } ?? false
        if isSame(input) { return .same(confirms: !isOlder) }
        switch rule.discipline {
        case .writeOnce where hasValue(input.current): return .refuse(.writeOnce)
        case .monotone(let order):
            let now = order.rank(of: input.current?.value)
            let next = order.rank(of: input.incoming.value)
            if next < now, !isOlder { return .refuse(.backwards) }
            // A word of a higher rank was reached, whenever that was.
            if next <= now, isOlder { return .stale(conflict: conflictWithOthers(input, rule)) }
        case .writeOnce, .free:
            if isOlder { return .stale(conflict: conflictWithOthers(input, rule)) }
        }
        if holds(input, rule) { return .hold(.inProgress) }
        return .accept(conflict: conflictWithOthers(input, rule))
    }

    /// The last change wins; the owner's at a tie.
    private func decideTwoWay(_ input: DecisionInput, _ rule: FieldRule) -> FieldDecision {
        guard let current = input.current else { return .accept(conflict: nil) }
        let isNewer =
            current.precedes(input.incoming)
            || (input.incoming.changedAt == current.changedAt && current.role != rule.owner
                && !input.incoming.precedes(current))
        if isSame(input) { return .same(confirms: isNewer) }
        let conflict = conflictWithOwner(input, rule)
        return isNewer ? .accept(conflict: conflict) : .keep(.olderChange, conflict: conflict)
    }

    private func decideOthers(_ input: DecisionInput, _ rule: FieldRule) -> FieldDecision {
        let conflict = conflictWithOwner(input, rule)
        switch rule.others {
        case .ownerWins: return .keep(.notOwner, conflict: nil)
        case .ownerWinsInWindow: return .keep(conflict == nil ? .notOwner : .ownerWins, conflict: conflict)
        case .propose(.reopenTicket):
            // Only the wish to take a finished job up again is a ticket; every other status is not theirs to set.
            guard case .monotone(let order) = rule.discipline, order.rank(of: input.current?.value) > 0,
                order.rank(of: input.incoming.value) < order.rank(of: input.current?.value)
            else { return .keep(.notOwner, conflict: nil) }
            return .propose(.reopenTicket, conflict: nil)
        case .propose(let kind): return .propose(kind, conflict: conflict)
        }
    }

    private func holds(_ input: DecisionInput, _ rule: FieldRule) -> Bool {
        rule.holdsInProgress && input.isJobInProgress && input.current != nil
    }

    private func isSame(_ input: DecisionInput) -> Bool {
        guard let current = input.current else { return false }
        return current.value.isSame(as: input.incoming.value)
    }

    private func hasValue(_ change: FieldChange?) -> Bool {
        change.map { !$0.value.isSame(as: .clear) } ?? false
    }

    /// The conflict of another's change with the owner's nearest one.
    private func conflictWithOwner(_ input: DecisionInput, _ rule: FieldRule) -> Conflict? {
        guard rule.tellsConflicts else { return nil }
        return nearest(to: input) { $0.role == rule.owner }
            .map { conflict(owner: $0, other: input.incoming) }
    }

    /// The conflict of the owner's change with another's nearest one that is known.
    private func conflictWithOthers(_ input: DecisionInput, _ rule: FieldRule) -> Conflict? {
        guard rule.tellsConflicts else { return nil }
        return nearest(to: input) { $0.role.map { $0 != rule.owner } ?? false }
            .map { conflict(owner: input.incoming, other: $0) }
    }

    private func conflict(owner: FieldChange, other: FieldChange) -> Conflict {
        Conflict(
            owner: owner, other: other, window: settings.conflictWindow, tolerance: settings.clockTolerance)
    }

    /// The known change with another value that was made nearest to the incoming one, within the window.
    private func nearest(to input: DecisionInput, where matches: (FieldChange) -> Bool) -> FieldChange? {
        let window = settings.conflictWindow * 1_000_000
        func distance(_ change: FieldChange) -> Int64 {
            abs(change.changedAt.microseconds - input.incoming.changedAt.microseconds)
        }
        var known = input.earlier
        if let current = input.current { known.append(current) }
        return
            known
            .filter { matches($0) && distance($0) <= window && !$0.value.isSame(as: input.incoming.value) }
            .min { (distance($0), $0.changedAt) < (distance($1), $1.changedAt) }
    }
}

extension MonotoneOrder {
    fileprivate func rank(of value: PatchValue?) -> Int {
        guard case .set(.choice(let word)) = value else { return 0 }
        return rank(of: word)
    }
}
