public import CanonicalModel

/// A record as the router keeps it.
public struct RecordState: Hashable, Sendable {
    /// Our id, which the systems bear as external id.
    public let id: CanonicalID
    /// Its kind.
    public let entity: EntityKind
    /// Counts the changes; each command bears the version that it was made from.
    public var version: Int64
    /// The fields that have ever had a value.
    public var fields: [FieldName: FieldState]
    /// The connections in which the record shall be: where it came from, where its kind always goes, and where something
    /// that needs it has gone.
    public var wanted: Set<ConnectionID>
    /// The connections in which it has been archived or deleted.
    public var archivedIn: Set<ConnectionID>
    /// The newest value of each field that it was offered and has not taken: one side of a conflict whose other side may
    /// come later (R2.5).
    public var kept: [FieldName: FieldState.Base] = [:]
    /// Fields that a newer build has written and this one cannot read, by name.
    public var unread: [String: UnreadField] = [:]

    /// Takes the parts; a new record has version 0 and is saved with 1 or more.
    public init(
        id: CanonicalID, entity: EntityKind, version: Int64 = 0, fields: [FieldName: FieldState] = [:],
        wanted: Set<ConnectionID> = [], archivedIn: Set<ConnectionID> = []
    ) {
        self.id = id
        self.entity = entity
        self.version = version
        self.fields = fields
        self.wanted = wanted
        self.archivedIn = archivedIn
    }

    /// The value of a field; nil where it has none.
    public subscript(_ field: FieldName) -> FieldValue? { fields[field]?.value }

    /// The record that a field refers to.
    public func reference(_ field: FieldName) -> CanonicalID? {
        if case .reference(.canonical(let id)) = self[field] { id } else { nil }
    }

    /// Every record that the fields refer to, by field.
    public var references: [(field: FieldName, record: CanonicalID)] {
        fields.flatMap { field, state in
            (state.value?.recordReferences ?? []).compactMap(\.canonicalID).map { (field: field, record: $0) }
        }
    }

    /// Gives a field a value and keeps the one before.
    public mutating func set(_ field: FieldName, to value: FieldValue?, provenance: Provenance) {
        let base = fields[field].map { FieldState.Base(value: $0.value, provenance: $0.provenance) }
        fields[field] = FieldState(value: value, provenance: provenance, base: base)
    }

    /// Remembers a value that a field was offered and has not taken.
    public mutating func keep(_ field: FieldName, _ value: FieldValue?, provenance: Provenance) {
        if let known = kept[field], known.provenance.changedAt > provenance.changedAt { return }
        kept[field] = FieldState.Base(value: value, provenance: provenance)
    }
}
