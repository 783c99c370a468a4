public import CanonicalModel
public import SyncCore
public import SyncStore

/// What came of reading.
public struct IngestCommit: Sendable {
    /// The connection.
    public var connection: ConnectionID
    /// Objects that were read, or put off.
    public var finished: [Finished] = []
    /// New shadows.
    public var shadows: [LinkKey: Shadow] = [:]
    /// Events for the router.
    public var events: [CanonicalEvent] = []
    /// What is recorded.
    public var notes: [AuditNote] = []
    /// Records that must be sent once more, for a late request has undone what was sent.
    public var repairs: Set<Place> = []
    /// Places whose work has waited for this read, to know what became of an update.
    public var awaited: Set<Place> = []
    /// The intents of requests that have come late.
    public var cameLate: Set<CanonicalID> = []
    /// Objects that a late create has made.
    public var lateObjects: [LateObjects.Entry] = []
    /// Objects that nobody can read; their marks are removed.
    public var letters: [Letter] = []
    /// What the call has shown of the connection.
    public var signal: CircuitSignal = .silent

    /// An object that was read, or put off.
    public struct Finished: Sendable {
        /// The claim.
        public var claim: DirtyTable.Claim
        /// When it is due again; nil when it is done.
        public var retryAfter: Duration?
        /// Why it is put off.
        public var failure: String?

        /// Takes the parts.
        public init(claim: DirtyTable.Claim, retryAfter: Duration? = nil, failure: String? = nil) {
            self.claim = claim
            self.retryAfter = retryAfter
            self.failure = failure
        }
    }

    /// An object that nobody can read.
    public struct Letter: Sendable {
        /// The claim.
        public var claim: DirtyTable.Claim
        /// Why.
        public var fault: ConnectorFault
    }

    /// Nothing yet.
    public init(connection: ConnectionID) {
        self.connection = connection
    }
}
