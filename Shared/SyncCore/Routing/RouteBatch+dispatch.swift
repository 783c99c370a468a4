import CanonicalModel
import SyncPolicy

/// Which connections shall hear of a record.
extension RouteBatch {
    /// Sends the record's desired state to every connection that is concerned.
    mutating func dispatch(_ change: RecordChange) {
        var record = change.record
        var newlyWanted = change.newlyWanted
        for target in connections where gateIsOpen(for: record, at: target) {
            record.wanted.insert(target.connection)
            newlyWanted.insert(target.connection)
        }
        let isChanged = !change.changed.isEmpty || record.wanted != change.record.wanted || record.version == 0
        if isChanged || !newlyWanted.isEmpty || change.mustRestore { record.version += 1 }
        record = save(record)
        for target in connections where record.wanted.contains(target.connection) {
            let isNew = newlyWanted.contains(target.connection)
            let isSource = target.connection == change.event.connection
            let mustRestore = isSource && change.mustRestore
            guard
                isNew || mustRestore || isSource && lacksExternalID(record, at: target, event: change.event)
                    || DesiredState.concerns(change.changed, of: record, target, policy: policy)
            else { continue }
            seat(change, at: target)
            if isNew || change.changed.contains(where: { record.fields[$0]?.isReference == true }) {
                bringParents(of: record, to: target, event: change.event)
            }
            command(record, to: target, event: change.event)
        }
    }

    /// Makes sure that a record is wanted at a connection because something that needs it goes there (R2.8).
    mutating func want(_ id: CanonicalID, at target: ConnectionCapabilities, event: CanonicalEvent) {
        guard var record = loaded(id), !record.wanted.contains(target.connection),
            target.entities[record.entity] != nil, policy.gate(record.entity, target.role) != .never,
            !hasHome(record, besides: target)
        else { return }
        record.wanted.insert(target.connection)
        record.version += 1
        save(record)
        bringParents(of: record, to: target, event: event)
        command(record, to: target, event: event)
    }

    /// Sends those once more who are named now for the one place in the record's object: they may have been turned away
    /// before, and another one may stand there.
    private mutating func seat(_ change: RecordChange, at target: ConnectionCapabilities) {
        for field in change.changed.sorted() where target.seats(field, of: change.record.entity) {
            guard policy.rule(field, of: change.record.entity)?.flowsTo.contains(target.role) == true,
                let named = change.record.reference(field), var guest = loaded(named),
                guest.wanted.contains(target.connection)
            else { continue }
            guest.version += 1
            save(guest)
            command(guest, to: target, event: change.event)
        }
    }

    /// Sends a record that a rule has made to the systems of a role: the rule says that it belongs there.
    mutating func place(_ id: CanonicalID, in role: Role, event: CanonicalEvent) {
        guard let record = loaded(id) else { return }
        var change = RecordChange(record: record, event: event)
        for target in connections
        where target.role == role && target.entities[record.entity]?.creates == true
            && !hasHome(change.record, besides: target)
        {
            guard change.record.wanted.insert(target.connection).inserted else { continue }
            change.newlyWanted.insert(target.connection)
        }
        if !change.newlyWanted.isEmpty { dispatch(change) }
    }

    private mutating func bringParents(
        of record: RecordState, to target: ConnectionCapabilities, event: CanonicalEvent
    ) {
        let desired = DesiredState.of(record, for: target, policy: policy) { _ in false }
        let parents = record.references.filter { field, _ in
            desired[field] != nil
                || target.houses(field, of: record.entity)
                    && policy.rule(field, of: record.entity)?.flowsTo.contains(target.role) == true
        }.map { set.current($0.record) }
        for parent in Swift.Set(parents).sorted() where parent != record.id { want(parent, at: target, event: event) }
    }

    private mutating func command(_ record: RecordState, to target: ConnectionCapabilities, event: CanonicalEvent) {
        guard let capability = target.entities[record.entity] else { return }
        let open = set.openProposals
        let desired = DesiredState.of(record, for: target, policy: policy) { field in
            open.contains(ProposalKey(record: record.id, field: field, connection: target.connection))
        }
        send(
            SyncCommand(
                id: ids.next(now), connection: target.connection, entity: record.entity, verb: .upsert,
                record: record.id, version: record.version, desired: desired, mayCreate: capability.creates,
                priority: replayed.contains(event.id) ? .background : record.entity.priority,
                policyVersion: policy.version, changedAt: event.changedAt, origin: event.connection,
                context: event.context.caused(by: event.id)))
    }

    private func gateIsOpen(for record: RecordState, at target: ConnectionCapabilities) -> Bool {
        !record.wanted.contains(target.connection) && target.entities[record.entity]?.creates == true
            && policy.gate(record.entity, target.role) == .always && !hasHome(record, besides: target)
            && record.archivedIn.isEmpty
    }

    /// Whether another connection of the same role is the record's home: it has one per role.
    private func hasHome(_ record: RecordState, besides target: ConnectionCapabilities) -> Bool {
        connections.contains { other in
            other.role == target.role && other.connection != target.connection
                && record.wanted.contains(other.connection)
        }
    }

    private func lacksExternalID(
        _ record: RecordState, at target: ConnectionCapabilities, event: CanonicalEvent
    ) -> Bool {
        target.entities[record.entity]?.keepsExternalID == true && event.externalID.map(set.current) != record.id
    }
}

extension EntityKind {
    /// Dispatch and money go first.
    var priority: SyncCommand.Priority {
        switch self {
        case .job, .appointment, .invoice, .payment, .creditNote, .dispatchChangeRequest: .urgent
        default: .normal
        }
    }
}

extension FieldState {
    /// Whether the value refers to other records.
    var isReference: Bool {
        switch value {
        case .reference, .references, .lines: true
        default: false
        }
    }
}
