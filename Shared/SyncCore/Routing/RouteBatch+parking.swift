import CanonicalModel
import SyncPolicy

/// What waits for a parent that nobody has seen yet, and asks for that parent.
extension RouteBatch {
    mutating func park(_ event: CanonicalEvent, waitsFor parents: Set<LinkKey>, isSplitOff: Bool) {
        let parents = parents.sorted()
        add(RouteOutput.ParkedEvent(event: event, isSplitOff: isSplitOff, waitsFor: parents))
        for parent in parents {
            add(
                read: SyncCommand(
                    id: ids.next(now), connection: parent.connection, entity: parent.entity, verb: .read,
                    record: event.id, native: parent.native, version: 0, policyVersion: policy.version,
                    changedAt: event.changedAt, origin: event.connection,
                    context: event.context.caused(by: event.id)))
        }
        note(
            AuditNote(
                .parked, entity: event.entity, connection: event.connection, correlation: event.context.correlation,
                message: event.id,
                body: JSONValue.object([
                    "native": .string(event.native.description),
                    "waits_for": .array(parents.map { .string("\($0.entity.rawValue) \($0.native)") }),
                ]).serialised()))
    }

    /// Lets the fields whose parents are not there yet follow later in an event of their own, so that two records that
    /// refer to each other never wait for each other.
    mutating func splitOff(_ fields: [FieldName: Set<LinkKey>], of event: CanonicalEvent) {
        var rest = event
        // Its place among the readings of the object is that of the whole event, however much later it is routed.
        rest.id = ids.next(event.observedAt)
        rest.change = .updated
        rest.fields = event.fields.filter { fields[$0.key] != nil }
        rest.context = event.context.caused(by: event.id)
        park(rest, waitsFor: fields.values.reduce(into: []) { $0.formUnion($1) }, isSplitOff: true)
    }
}
