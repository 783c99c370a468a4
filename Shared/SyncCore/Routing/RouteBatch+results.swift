import CanonicalModel
import SyncPolicy

/// The records that effects make.
extension RouteBatch {
    /// The record that an effect makes: a new one, or the one that was heard of first by an object that was made for it
    /// before a database lost it.
    ///
    /// Nil while it must be read first.
    mutating func result(of kind: EffectKind, for cause: CanonicalID, as entity: EntityKind) -> RecordState? {
        let id = CanonicalID(madeBy: kind, for: cause)
        if let record = loaded(id), record.entity == entity { return isFamilyKnown(record.id) ? record : nil }
        guard set.known.records.contains(set.current(id)) else { return nil }
        let record = RecordState(id: set.records[set.current(id)] == nil ? id : ids.next(now), entity: entity)
        set.known.families.insert(record.id)
        return record
    }

    /// Whether the record that an effect makes is an object already where it shall be made.
    func isPlaced(_ record: RecordState, for kind: EffectKind) -> Bool {
        connections.contains { $0.role == kind.role && set.places[record.id]?[$0.connection] != nil }
    }

    /// Brings an effect about: its record gets the fields, and goes where it belongs.
    ///
    /// What the owner of a field has said of a record that was there already stays.
    mutating func bring(
        _ effect: RouteOutput.Effect, to record: RecordState, _ fields: Patch, event: CanonicalEvent
    ) {
        set.effects[.init(kind: effect.kind, cause: effect.cause)] = record.id
        add(effect)
        set.records[record.id] = record
        noteEffect(effect.kind, cause: effect.cause, result: record, event: event)
        let open = fields.filter { field, _ in
            guard let known = record.fields[field]?.provenance.role else { return true }
            return policy.rule(field, of: record.entity)?.owner != known
        }
        apply(open, to: record.id, event: event)
        place(record.id, in: effect.kind.role, event: event)
        if !effect.isDone { carry(effect) }
    }
}
