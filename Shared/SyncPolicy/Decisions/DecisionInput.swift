public import CanonicalModel

/// All that the decision on one change of one field depends on.
public struct DecisionInput: Hashable, Sendable {
    /// The record's kind.
    public var entity: EntityKind
    /// The field.
    public var field: FieldName
    /// The change to judge.
    public var incoming: FieldChange
    /// The field's value now; nil where it never had one.
    public var current: FieldChange?
    /// Other changes of the field that are remembered: the value before, values of others that were kept.
    ///
    /// They only serve to tell a conflict whose two sides arrived in whatever order.
    public var earlier: [FieldChange]
    /// Whether work on the job is under way.
    public var isJobInProgress: Bool
    /// The moment of the decision; recorded, and without influence on its outcome.
    public var now: Instant

    /// Takes the parts.
    public init(
        entity: EntityKind, field: FieldName, incoming: FieldChange, current: FieldChange?,
        earlier: [FieldChange] = [], isJobInProgress: Bool = false, now: Instant
    ) {
        self.entity = entity
        self.field = field
        self.incoming = incoming
        self.current = current
        self.earlier = earlier
        self.isJobInProgress = isJobInProgress
        self.now = now
    }
}
