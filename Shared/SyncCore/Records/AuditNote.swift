public import CanonicalModel

/// Something to be recorded for good.
public struct AuditNote: Sendable, Hashable {
    /// What was recorded.
    public enum Kind: String, Sendable, CaseIterable {
        /// A change was seen in a system.
        case observed
        /// The router judged the fields of an event.
        case decided
        /// A rule made or changed a record.
        case effect
        /// A write was sent and answered.
        case written
        /// A write failed, or its outcome is unknown.
        case failed
        /// An event or a write waits.
        case parked
        /// Records were linked or merged.
        case linked
        /// A request of ours was carried out after we had gone on without it, and what it did was undone.
        case repaired
        /// Something was given up to a dead letter.
        case deadLettered = "dead_lettered"
        /// A person or an operator did something.
        case operated
    }

    /// What was recorded.
    public var kind: Kind
    /// The record's kind.
    public var entity: EntityKind?
    /// The record.
    public var record: CanonicalID?
    /// The connection concerned.
    public var connection: ConnectionID?
    /// The correlation.
    public var correlation: CanonicalID?
    /// The message concerned.
    public var message: CanonicalID?
    /// Who acted, where it was somebody.
    public var actor: String?
    /// The details, as JSON.
    public var body: [UInt8]

    /// Takes the parts.
    public init(
        _ kind: Kind, entity: EntityKind? = nil, record: CanonicalID? = nil, connection: ConnectionID? = nil,
        correlation: CanonicalID? = nil, message: CanonicalID? = nil, actor: String? = nil, body: [UInt8]
    ) {
        self.kind = kind
        self.entity = entity
        self.record = record
        self.connection = connection
        self.correlation = correlation
        self.message = message
        self.actor = actor
        self.body = body
    }
}
