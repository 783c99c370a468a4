import CanonicalModel

/// A record while an event is applied to it.
struct RecordChange {
    var record: RecordState
    let event: CanonicalEvent
    /// Fields that have another value now.
    var changed: Set<FieldName> = []
    /// Fields of the event that follow later, since what they refer to is not known yet.
    var deferred: Set<FieldName> = []
    /// Whether the connection of the event shows values that its people do not own, so that it must be set right.
    var mustRestore = false
    /// Connections in which the record is wanted from now on.
    var newlyWanted: Set<ConnectionID> = []

    init(record: RecordState, event: CanonicalEvent) {
        self.record = record
        self.event = event
    }

    mutating func set(_ field: FieldName, to value: FieldValue?, provenance: Provenance) {
        guard record[field] != value || record.fields[field] == nil else { return }
        record.set(field, to: value, provenance: provenance)
        changed.insert(field)
    }
}
