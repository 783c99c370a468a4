/// What the router wants of one connection.
public struct SyncCommand: Hashable, Sendable {
    /// What is wanted.
    public enum Verb: String, Sendable, CaseIterable {
        /// Bring the record to the desired state, and create it where it is not there.
        case upsert
        /// Read the object again and report what differs.
        case read
        /// Read all objects of the entity into the snapshot tables.
        case snapshot
    }

    /// In which order work is taken up; lower goes first.
    public enum Priority: Int, Sendable, CaseIterable {
        /// Dispatch and money.
        case urgent = 0
        /// Everything else that people wait for.
        case normal = 1
        /// Replays and backfill.
        case background = 2
    }

    /// A desired value of a field.
    public struct Desired: Hashable, Sendable {
        /// The value to reach.
        public var value: PatchValue
        /// Where set, the value that the system must still show for the write to be right; used for fields that the
        /// system itself owns, so that a newer edit there is never overwritten.
        public var onlyIf: PatchValue?

        /// Takes the value and the condition.
        public init(_ value: PatchValue, onlyIf: PatchValue? = nil) {
            self.value = value
            self.onlyIf = onlyIf
        }
    }

    /// The message's id.
    public var id: CanonicalID
    /// Whose adapter shall act.
    public var connection: ConnectionID
    /// The kind of record.
    public var entity: EntityKind
    /// What is wanted.
    public var verb: Verb
    /// The record; for `snapshot` the run's id.
    public var record: CanonicalID
    /// The object to read, where no link is there yet; for `read` only.
    public var native: NativeReference?
    /// The record's version that the desired state was taken from; an adapter keeps the newest.
    public var version: Int64
    /// The whole desired state for this connection; references are canonical ones.
    public var desired: [FieldName: Desired]
    /// The effect that wants the record to be there; nil for plain state.
    public var effect: CanonicalID?
    /// Whether the adapter may create the record where it is not linked.
    public var mayCreate: Bool
    /// In which order the work is taken up.
    public var priority: Priority
    /// The policy version that decided.
    public var policyVersion: Int64
    /// When the change that this carries was made in its system; freshness is measured from here.
    public var changedAt: Instant
    /// The connection where that change was made; nil where nobody's change is the cause, and for commands of version 1.
    public var origin: ConnectionID?
    /// Correlation, causation, hops, trace.
    public var context: MessageContext

    /// Takes the parts.
    public init(
        id: CanonicalID, connection: ConnectionID, entity: EntityKind, verb: Verb, record: CanonicalID,
        native: NativeReference? = nil, version: Int64, desired: [FieldName: Desired] = [:],
        effect: CanonicalID? = nil, mayCreate: Bool = false, priority: Priority = .normal, policyVersion: Int64,
        changedAt: Instant, origin: ConnectionID? = nil, context: MessageContext
    ) {
        self.id = id
        self.connection = connection
        self.entity = entity
        self.verb = verb
        self.record = record
        self.native = native
        self.version = version
        self.desired = desired
        self.effect = effect
        self.mayCreate = mayCreate
        self.priority = priority
        self.policyVersion = policyVersion
        self.changedAt = changedAt
        self.origin = origin
        self.context = context
    }
}
