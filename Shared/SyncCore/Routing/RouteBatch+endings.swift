import CanonicalModel

/// Objects that were archived, deleted or merged in their system.
extension RouteBatch {
    /// Notes that an object is gone; nothing is deleted elsewhere, a person decides (R25.10).
    mutating func archive(_ change: inout RecordChange) {
        let event = change.event
        guard change.record.archivedIn.insert(event.connection).inserted else { return }
        propose(
            Proposal(
                id: ids.next(now), kind: .archived,
                key: ProposalKey(record: change.record.id, field: "archived", connection: event.connection),
                entity: change.record.entity, proposed: .set(.flag(true)), current: .set(.flag(false)),
                reason: "\(event.native) was archived or deleted there", event: event.id, changedAt: event.changedAt,
                correlation: event.context.correlation))
    }

    /// Follows a merge in a system: the record of the object that went becomes the survivor's (R12.10).
    mutating func merge(_ event: CanonicalEvent, key: LinkKey) {
        guard let native = event.mergedInto else { return }
        let survivorKey = LinkKey(connection: event.connection, native: native, entity: event.entity)
        for key in [key, survivorKey] where set.links[key] == nil && !set.known.links.contains(key) {
            need(link: key)
        }
        guard let source = set.links[key].map(set.current) else { return }
        guard let target = set.links[survivorKey].map(set.current) else {
            if set.known.links.contains(survivorKey) { park(event, waitsFor: [survivorKey], isSplitOff: false) }
            return
        }
        guard source != target, loaded(source) != nil, let survivor = loaded(target) else { return }
        set.redirects[source] = target
        add(RouteOutput.Merge(source: source, target: target, alias: key))
        note(
            AuditNote(
                .linked, entity: event.entity, record: target, connection: event.connection,
                correlation: event.context.correlation, message: event.id, actor: event.actor,
                body: JSONValue.object([
                    "merged": .string(source.description), "native": .string(event.native.description),
                    "into": .string(native.description),
                ]).serialised()))
        dispatch(RecordChange(record: survivor, event: event))
    }
}
