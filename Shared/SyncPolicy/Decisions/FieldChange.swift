public import CanonicalModel

/// A value that a field was given: what, by whom, when.
public struct FieldChange: Hashable, Sendable {
    /// Who gave the value.
    public enum Source: Hashable, Sendable {
        /// An edit in a connected system.
        case connection(ConnectionID, Role)
        /// A rule of ours.
        case effect
        /// A person's decision in Plumbline.
        case person(String)
    }

    /// The value; cleared or set.
    public var value: PatchValue
    /// Who gave it.
    public var source: Source
    /// When, by the clock of the system where it was made, corrected by what is known of that clock.
    public var changedAt: Instant
    /// The message that told of it.
    public var event: CanonicalID?

    /// Takes the parts.
    public init(_ value: PatchValue, source: Source, changedAt: Instant, event: CanonicalID? = nil) {
        self.value = value
        self.source = source
        self.changedAt = changedAt
        self.event = event
    }

    /// Whether another change is the later one.
    ///
    /// Not every change moves the time that a system tells of an object: a label of an association does not. Of two
    /// readings that tell the same time, the later reading shows what holds; ids of events are ordered by it.
    func precedes(_ other: FieldChange) -> Bool {
        if changedAt != other.changedAt { return changedAt < other.changedAt }
        guard source == other.source, let event, let next = other.event else { return false }
        return event < next
    }

    /// The role of the system in which it was made; nil where it was ours.
    public var role: Role? {
        if case .connection(_, let role) = source { role } else { nil }
    }
}
