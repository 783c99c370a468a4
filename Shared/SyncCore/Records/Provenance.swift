public import CanonicalModel

/// Where a field's value came from.
public struct Provenance: Hashable, Sendable {
    /// What set the value.
    public enum Source: Hashable, Sendable {
        /// An edit in a connected system.
        case connection(ConnectionID, Role)
        /// A rule of ours: a job made from an estimate, an invoice from a job, a figure computed from others.
        case effect
        /// A person's decision in Plumbline.
        case person(String)
    }

    /// What set it.
    public var source: Source
    /// When the edit was made, by the clock of its system.
    public var changedAt: Instant
    /// The event, or the message that the rule acted on.
    public var event: CanonicalID

    /// Takes the parts.
    public init(source: Source, changedAt: Instant, event: CanonicalID) {
        self.source = source
        self.changedAt = changedAt
        self.event = event
    }

    /// The role of the system that set the value; nil where none did.
    public var role: Role? {
        if case .connection(_, let role) = source { role } else { nil }
    }

    /// The connection that set the value; nil where none did.
    public var connection: ConnectionID? {
        if case .connection(let connection, _) = source { connection } else { nil }
    }
}
