import CanonicalModel

/// Which record an event is about, and which records its fields refer to.
extension RouteBatch {
    /// Parents that nobody knows yet.
    struct Waiting {
        /// Those without which the event means nothing.
        var required: Set<LinkKey> = []
        /// Those that single fields wait for.
        var deferred: [FieldName: Set<LinkKey>] = [:]
    }

    /// Replaces native references by canonical ones.
    ///
    /// Nil while links must be read first.
    mutating func resolveReferences(of event: CanonicalEvent) -> (CanonicalEvent, Waiting)? {
        var event = event
        var waiting = Waiting()
        var isComplete = true
        for (field, value) in event.fields {
            guard case .set(let value) = value else { continue }
            var missing: Set<LinkKey> = []
            let resolved = value.mapReferences { reference in
                guard case .native(let native, let entity) = reference else { return reference }
                let key = LinkKey(connection: event.connection, native: native, entity: entity)
                if let record = set.links[key] { return .canonical(set.current(record)) }
                if set.known.links.contains(key) {
                    missing.insert(key)
                } else {
                    need(link: key)
                    isComplete = false
                }
                return reference
            }
            if missing.isEmpty {
                event.fields[field] = .set(resolved)
            } else if ModelCatalog.field(field, of: event.entity)?.isRequiredAtCreate == true {
                waiting.required.formUnion(missing)
            } else {
                waiting.deferred[field] = missing
            }
        }
        return isComplete ? (event, waiting) : nil
    }

    /// The record that the event is about, made or linked where it is new.
    ///
    /// Nil while something must be read first, and for an event that ends here.
    mutating func record(for event: CanonicalEvent, key: LinkKey) -> RecordState? {
        if let id = set.links[key] { return loaded(id) }
        guard set.known.links.contains(key) else {
            need(link: key)
            return nil
        }
        let own = set.current(CanonicalID(beginningWith: key))
        let claimed = event.externalID.map(set.current)
        let unread = [own, claimed].compactMap(\.self).filter { !isRead($0) }
        guard unread.isEmpty else {
            for id in unread { need(record: id) }
            return nil
        }
        if let claimed, let record = set.records[claimed], record.entity == event.entity {
            return adopt(record, for: event, key: key)
        }
        // Another object that bears the id may have told of the record first.
        if let record = set.records[own], record.entity == event.entity, set.places[own]?[key.connection] == nil {
            link(key, to: record, event: event)
            return record
        }
        // An id that nobody knows was given by us, and lost with a database that is older than the object.
        let free = [claimed, own].compactMap(\.self).first { set.records[$0] == nil }
        let record = newRecord(free, for: event)
        link(key, to: record, event: event)
        return record
    }

    private func isRead(_ id: CanonicalID) -> Bool { set.known.records.contains(id) || set.records[id] != nil }

    /// Takes an object that bears our id for the record of that id, unless another object of the connection is that
    /// already: then somebody has copied the id along with the object.
    private mutating func adopt(_ record: RecordState, for event: CanonicalEvent, key: LinkKey) -> RecordState? {
        if let place = set.places[record.id]?[key.connection], place != key.native {
            let own = CanonicalID(beginningWith: key)
            let copy = newRecord(set.records[own] == nil ? own : nil, for: event)
            link(key, to: copy, event: event)
            propose(
                Proposal(
                    id: ids.next(now), kind: .doubleLink,
                    key: ProposalKey(record: record.id, field: "external_id", connection: key.connection),
                    entity: event.entity, proposed: .set(.text(key.native.description)),
                    current: .set(.text(place.description)),
                    reason: "\(key.native) bears the id of this record, which is \(place) there already",
                    event: event.id, changedAt: event.changedAt, correlation: event.context.correlation))
            return copy
        }
        link(key, to: record, event: event)
        return record
    }

    /// A record that nobody has heard of: it has no effects and no children that could be read.
    ///
    /// - Parameter id: the id that follows from what it comes of; nil where that is taken.
    private mutating func newRecord(_ id: CanonicalID?, for event: CanonicalEvent) -> RecordState {
        let record = RecordState(id: id ?? ids.next(now), entity: event.entity, wanted: [event.connection])
        set.known.families.insert(record.id)
        return record
    }

    private mutating func link(_ key: LinkKey, to record: RecordState, event: CanonicalEvent) {
        set.links[key] = record.id
        set.places[record.id, default: [:]][key.connection] = key.native
        set.records[record.id] = record
        add(RouteOutput.NewLink(key: key, record: record.id))
        note(
            AuditNote(
                .linked, entity: record.entity, record: record.id, connection: key.connection,
                correlation: event.context.correlation, message: event.id, actor: event.actor,
                body: JSONValue.object(["native": .string(key.native.description)]).serialised()))
    }
}
