import CanonicalModel
import SyncPolicy

/// What becomes of each field of an event, by the policy.
extension RouteBatch {
    mutating func judge(_ fields: Patch, in change: inout RecordChange) {
        let event = change.event
        let provenance = Provenance(
            source: .connection(event.connection, event.role), changedAt: event.changedAt, event: event.id)
        var decisions: [DecisionRecord] = []
        for (field, value) in fields.sorted(by: { $0.key < $1.key })
        where policy.rule(field, of: change.record.entity) != nil {
            if isAnswered(field, value, in: change) {
                change.mustRestore = true
                continue
            }
            let input = decisionInput(for: field, value: value, in: change)
            let decision = policy.decide(input)
            decisions.append(policy.record(input, decision))
            apply(decision, to: field, value: value, provenance: provenance, in: &change)
            remember(decision, of: field, value: value, provenance: provenance, in: &change)
        }
        if !change.record.wanted.contains(event.connection) {
            change.record.wanted.insert(event.connection)
            change.newlyWanted.insert(event.connection)
        }
        note(
            AuditNote(
                .decided, entity: change.record.entity, record: change.record.id, connection: event.connection,
                correlation: event.context.correlation, message: event.id, actor: event.actor,
                body: DecisionNote.encode(decisions, event: event)))
    }

    /// Whether a value is only told again that we have decided to replace since: nobody has said it anew, whenever the object
    /// was changed otherwise, and the decision is still to be carried out there.
    private func isAnswered(_ field: FieldName, _ value: PatchValue, in change: RecordChange) -> Bool {
        guard change.event.isRestatement, let state = change.record.fields[field] else { return false }
        if case .connection = state.provenance.source { return false }
        return state.patchValue != value
    }

    private func decisionInput(for field: FieldName, value: PatchValue, in change: RecordChange) -> DecisionInput {
        let event = change.event
        let state = change.record.fields[field]
        return DecisionInput(
            entity: change.record.entity, field: field,
            incoming: FieldChange(
                value, source: .connection(event.connection, event.role), changedAt: event.changedAt, event: event.id),
            current: state.map { FieldChange($0.patchValue, provenance: $0.provenance) },
            earlier: [state?.base, change.record.kept[field]].compactMap { $0 }.map {
                FieldChange($0.value.map(PatchValue.set) ?? .clear, provenance: $0.provenance)
            },
            isJobInProgress: change.record.entity == .job && isInProgress(change.record), now: now)
    }

    private mutating func apply(
        _ decision: FieldDecision, to field: FieldName, value: PatchValue, provenance: Provenance,
        in change: inout RecordChange
    ) {
        let key = ProposalKey(record: change.record.id, field: field, connection: change.event.connection)
        switch decision {
        case .accept:
            change.set(field, to: value.value, provenance: provenance)
            // What somebody has proposed is answered where the owner says the same.
            if let kept = change.record.kept[field], kept.value == value.value,
                let side = kept.provenance.connection, side != change.event.connection
            {
                takeBack(
                    ProposalKey(record: change.record.id, field: field, connection: side), in: &change)
            }
        case .same(let confirms):
            // The reading, too, and not only its time: readings from before it, that tell the same time, are older.
            if confirms { change.record.fields[field]?.provenance = provenance }
            // The owner's own value is no proposal of its side; what was made of it is for a person.
            let rule = policy.rule(field, of: change.record.entity)
            guard rule?.owner != change.event.role || rule?.holdsInProgress == true else { break }
            if !isOutdated(field, provenance, in: change) { takeBack(key, in: &change) }
        case .keep:
            change.mustRestore = true
        case .propose(let kind, _):
            guard !isOutdated(field, provenance, in: change) else { break }
            propose(.init(kind), key: key, value: value, reason: "the field belongs to another system", in: change)
            if kind == .amendment { change.set("billing_hold", to: .flag(true), provenance: effect(of: change.event)) }
        case .hold:
            propose(
                .scopeHold, key: key, value: value,
                reason: "the work is under way; a person decides whether its scope changes", in: change)
        case .refuse(.writeOnce):
            propose(
                .writeOnceConflict, key: key, value: value, reason: "the field is written once and has a value",
                in: change)
            change.mustRestore = true
        case .refuse(.backwards), .stale, .ignore:
            break
        }
    }

    /// Withdraws a proposal whose value is the owner's; with the last one of a job nothing keeps its bill any more.
    private mutating func takeBack(_ key: ProposalKey, in change: inout RecordChange) {
        guard set.openProposals.contains(key) else { return }
        withdraw(key)
        guard policy.rule(key.field, of: change.record.entity)?.others == .propose(.amendment),
            !set.openProposals.contains(where: { $0.record == change.record.id })
        else { return }
        change.set("billing_hold", to: .flag(false), provenance: effect(of: change.event))
    }

    /// Whether its side has shown another value later, which was judged before: events overtake each other, and what people
    /// proposed last, or have taken back, is what holds.
    private func isOutdated(_ field: FieldName, _ provenance: Provenance, in change: RecordChange) -> Bool {
        guard let known = change.record.kept[field]?.provenance, known.source == provenance.source else { return false }
        return (provenance.changedAt, provenance.event) < (known.changedAt, known.event)
    }

    /// Keeps a value that the field has not taken, so that a conflict shows whichever side comes first, and a proposal is
    /// what its side showed last.
    private func remember(
        _ decision: FieldDecision, of field: FieldName, value: PatchValue, provenance: Provenance,
        in change: inout RecordChange
    ) {
        guard let rule = policy.rule(field, of: change.record.entity), !isOutdated(field, provenance, in: change) else {
            return
        }
        var isProposed = false
        if case .propose = rule.others, rule.owner != change.event.role { isProposed = true }
        switch decision {
        case .propose: change.record.keep(field, value.value, provenance: provenance)
        case .keep, .stale:
            if rule.tellsConflicts { change.record.keep(field, value.value, provenance: provenance) }
        case .same:
            if isProposed { change.record.keep(field, value.value, provenance: provenance) }
        case .accept, .hold, .refuse, .ignore: break
        }
    }

    private mutating func propose(
        _ kind: Proposal.Kind, key: ProposalKey, value: PatchValue, reason: String, in change: RecordChange
    ) {
        propose(
            Proposal(
                id: ids.next(now), kind: kind, key: key, entity: change.record.entity, proposed: value,
                current: change.record.fields[key.field]?.patchValue ?? .clear, reason: reason,
                event: change.event.id, changedAt: change.event.changedAt,
                correlation: change.event.context.correlation))
    }

    private func effect(of event: CanonicalEvent) -> Provenance {
        Provenance(source: .effect, changedAt: event.changedAt, event: event.id)
    }
}

extension FieldChange {
    init(_ value: PatchValue, provenance: Provenance) {
        let source: FieldChange.Source =
            switch provenance.source {
            case .connection(let connection, let role): .connection(connection, role)
            case .effect: .effect
            case .person(let name): .person(name)
            }
        self.init(value, source: source, changedAt: provenance.changedAt, event: provenance.event)
    }
}

extension Proposal.Kind {
    init(_ kind: ProposalKind) {
        switch kind {
        case .contactProposal: self = .contactProposal
        case .dispatchChangeRequest: self = .dispatchChangeRequest
        case .reopenTicket: self = .reopenTicket
        case .amendment: self = .amendment
        }
    }
}
