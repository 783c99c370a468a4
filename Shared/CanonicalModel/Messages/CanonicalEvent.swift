/// What an adapter has seen change in its system, in canonical terms.
///
/// It holds only fields that differ from the shadow, so that our own write coming back holds none and is not sent; a
/// restatement, for which somebody has asked, holds the others.
public struct CanonicalEvent: Hashable, Sendable {
    /// The message's id; also names the change in the audit log.
    public var id: CanonicalID
    /// The kind of record, as seen by this entity; one vendor object may be two entities.
    public var entity: EntityKind
    /// What has happened.
    public var change: ChangeKind
    /// Where.
    public var connection: ConnectionID
    /// The role that the connection plays.
    public var role: Role
    /// The object, in the vendor's terms.
    public var native: NativeReference
    /// Our id that the object itself bears in its external-id field; nil where it bears none.
    public var externalID: CanonicalID?
    /// The fields; references are native ones.
    public var fields: Patch
    /// The survivor, when the object was merged away.
    public var mergedInto: NativeReference?
    /// Whether somebody asked for the fields: they stand there as they were told before, and nobody has changed them since.
    public var isRestatement: Bool
    /// When the system says that the change was made, by its clock; the time of reading where it does not say.
    public var changedAt: Instant
    /// When we read it.
    public var observedAt: Instant
    /// Who made the change, where the system says.
    public var actor: String?
    /// Correlation, causation, hops, trace.
    public var context: MessageContext

    /// Takes the parts.
    public init(
        id: CanonicalID, entity: EntityKind, change: ChangeKind, connection: ConnectionID, role: Role,
        native: NativeReference, externalID: CanonicalID? = nil, fields: Patch, mergedInto: NativeReference? = nil,
        isRestatement: Bool = false, changedAt: Instant, observedAt: Instant, actor: String? = nil,
        context: MessageContext
    ) {
        self.id = id
        self.entity = entity
        self.change = change
        self.connection = connection
        self.role = role
        self.native = native
        self.externalID = externalID
        self.fields = fields
        self.mergedInto = mergedInto
        self.isRestatement = isRestatement
        self.changedAt = changedAt
        self.observedAt = observedAt
        self.actor = actor
        self.context = context
    }
}
