public import CanonicalModel

/// A piece of work that was claimed together with its lane.
public struct ClaimedWork: Sendable {
    /// Which version of the work a result is about; a newer one is not touched by it.
    public struct Version: Sendable, Hashable {
        /// The record at the connection.
        public var place: Place
        /// The desired state's version.
        public var version: Int64
        /// The command that brought it.
        public var command: CanonicalID
        /// Counts the replays.
        public var generation: Int

        /// Takes the parts.
        public init(place: Place, version: Int64, command: CanonicalID, generation: Int) {
            self.place = place
            self.version = version
            self.command = command
            self.generation = generation
        }
    }

    /// Which version it is.
    public var version: Version
    /// In which order it is taken up; of replayed work another than the command's.
    public var priority: SyncCommand.Priority
    /// How often it has failed.
    public var attempts: Int
    /// The fields of this version that the vendor has refused by name.
    public var held: Set<FieldName>
    /// When the oldest change that it carries was made.
    public var changedAt: Instant
    /// The command's bytes.
    public var body: [UInt8]
    /// The effect that wants the work done; nil for plain state, and once the effect is over.
    public var effect: CanonicalID?
    /// The object that the record is there; nil while it is not linked.
    public var native: NativeReference?
    /// The lane under which it may be sent.
    public var lane: Lane
    /// Whether it was claimed to find out whether the system answers again: a failure of the connection is not its own then.
    public var isProbe = false

    /// Takes the parts.
    public init(
        version: Version, priority: SyncCommand.Priority = .normal, attempts: Int, held: Set<FieldName> = [],
        changedAt: Instant, body: [UInt8], effect: CanonicalID? = nil, native: NativeReference? = nil, lane: Lane,
        isProbe: Bool = false
    ) {
        self.version = version
        self.priority = priority
        self.attempts = attempts
        self.held = held
        self.changedAt = changedAt
        self.body = body
        self.effect = effect
        self.native = native
        self.lane = lane
        self.isProbe = isProbe
    }
}
