public import CanonicalModel
public import SyncCore

/// What the adapter's loops keep: a port, so that they run the same on Postgres and in memory.
///
/// Each method is one transaction. Leases and due times are reckoned by the store's clock.
public protocol AdapterStore: Sendable {
    /// Keeps webhooks as they came and marks what they name as dirty.
    func keep(_ webhooks: [KeptWebhook]) async throws
    /// Marks objects as dirty and moves the cursor of a poll.
    func keep(_ page: KeptPage) async throws
    /// Where a poll goes on.
    func cursor(of stream: String, connection: ConnectionID) async throws -> String?

    /// Takes dirty objects that are due, each with its lane.
    func claimDirty(of connection: ConnectionID, limit: Int) async throws -> [DirtyClaim]
    /// What is known of objects: links, shadows, and which types have a create under way.
    func knowledge(of keys: Set<LinkKey>, connection: ConnectionID) async throws -> ObjectKnowledge
    /// Writes what came of reading, checks the lanes, and lets them go.
    func commit(_ ingest: IngestCommit) async throws

    /// Takes in commands: the newest version of each record's desired state wins.
    func accept(_ commands: [AcceptedCommand]) async throws

    /// Takes work that is due, each with its lane, most urgent first.
    func claimWork(of connection: ConnectionID, limit: Int) async throws -> [WorkClaim]
    /// The objects that records stand for at the connection.
    func places(of records: Set<CanonicalID>, connection: ConnectionID) async throws -> [CanonicalID: [PlacedRecord]]
    /// Writes intents, and pending links for creates, before anything is sent.
    func open(_ intents: [WriteIntent]) async throws
    /// Writes what came of work, checks the lanes, and lets them go where the work is finished for now.
    func settle(_ results: [WorkResult], connection: ConnectionID) async throws
}

/// A webhook to be kept.
public struct KeptWebhook: Sendable {
    /// Its id, which is the correlation of everything that follows.
    public var id: CanonicalID
    /// The connection.
    public var connection: ConnectionID
    /// When it came in.
    public var receivedAt: Instant
    /// Its headers, without credentials.
    public var headers: [String: String]
    /// Its raw body.
    public var body: [UInt8]
    /// What it names; empty where it could not be read.
    public var hints: [ChangeHint]
    /// Why it could not be read; it becomes a dead letter then.
    public var fault: ConnectorFault?
}

/// What a poll brought.
public struct KeptPage: Sendable {
    /// The connection.
    public var connection: ConnectionID
    /// The stream.
    public var stream: String
    /// The correlation of the objects that are marked.
    public var correlation: CanonicalID
    /// What may have changed.
    public var hints: [ChangeHint]
    /// The cursor before; nil for the first poll.
    public var before: String?
    /// The cursor from now on.
    public var cursor: String
}

/// A dirty object whose lane is held.
public struct DirtyClaim: Sendable, Hashable {
    /// The object.
    public var native: NativeReference
    /// How many hints had come when it was claimed; no more are cleared.
    public var marks: Int64
    /// The correlation of the first hint.
    public var correlation: CanonicalID
    /// How often reading it has failed.
    public var attempts: Int
    /// The lane's epoch.
    public var epoch: Int64
}

/// What is known of objects.
public struct ObjectKnowledge: Sendable {
    /// The records that they stand for.
    public var links: [LinkKey: CanonicalID] = [:]
    /// What they last showed.
    public var shadows: [LinkKey: Shadow] = [:]
    /// The types of which a create is under way whose id is not known yet.
    public var creating: Set<String> = []

    /// Nothing known.
    public init() {}
}

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
    /// Objects that nobody can read; their marks are removed.
    public var letters: [Letter] = []

    /// An object that was read, or put off.
    public struct Finished: Sendable {
        /// The claim.
        public var claim: DirtyClaim
        /// When it is due again; nil when it is done.
        public var retryAfter: Duration?
        /// Why it is put off.
        public var failure: String?
    }

    /// An object that nobody can read.
    public struct Letter: Sendable {
        /// The claim.
        public var claim: DirtyClaim
        /// Why.
        public var fault: ConnectorFault
    }

    /// Nothing yet.
    public init(connection: ConnectionID) {
        self.connection = connection
    }
}

/// A command with the message that brought it.
public struct AcceptedCommand: Sendable {
    /// The message's id as it came.
    public var messageID: String
    /// The message's generation.
    public var generation: Int
    /// The command; nil where it could not be read.
    public var command: SyncCommand?
    /// Why it could not be read.
    public var fault: CodingFault?
    /// The message's body.
    public var body: [UInt8]
    /// The message's headers.
    public var headers: [String: String]
}

/// A record's place at the connection.
public struct PlacedRecord: Sendable, Hashable {
    /// The entity that the object stands for.
    public var entity: EntityKind
    /// The object.
    public var native: NativeReference
}

/// Work whose lane is held.
public struct WorkClaim: Sendable {
    /// The newest desired state.
    public var command: SyncCommand
    /// The object; nil where there is none yet.
    public var native: NativeReference?
    /// What the object last showed.
    public var shadow: Shadow?
    /// The attempt whose outcome is not known yet.
    public var unsettled: WriteIntent?
    /// The next ordinal of the creation key; it moves only after a definite refusal.
    public var ordinal: Int
    /// How often the work has failed.
    public var attempts: Int
    /// Fields that the vendor has refused by name.
    public var held: Set<FieldName>
    /// The lane's name.
    public var lane: String
    /// The lane's epoch.
    public var epoch: Int64
    /// Another record of the same entity that has the parent's object for itself, by the parent's object.
    public var takenPlaces: Set<NativeReference>
}

/// A request that is about to be sent.
public struct WriteIntent: Sendable {
    /// Its id.
    public var id: CanonicalID
    /// The record.
    public var record: CanonicalID
    /// Its entity.
    public var entity: EntityKind
    /// The connection.
    public var connection: ConnectionID
    /// The object's type.
    public var nativeType: String
    /// The object; nil for a create.
    public var native: NativeReference?
    /// The creation key.
    public var key: String
    /// The key's ordinal.
    public var ordinal: Int
    /// The lane's name and epoch.
    public var lane: String
    /// The lane's epoch.
    public var epoch: Int64
    /// How long after the send a look-up that finds nothing means nothing.
    public var absentAfter: Duration
    /// Whether that time has passed, for an unsettled intent that was read back.
    public var mayBeAbsent = false
    /// The request as it is sent, and what it covers (`IntentCoding`).
    public var request: [UInt8]
}

/// What came of a piece of work.
public struct WorkResult: Sendable {
    /// What becomes of the work.
    public enum Ending: Sendable {
        /// Nothing differs any more.
        case done(note: String?)
        /// It goes on at once, for more differs.
        case goesOn
        /// It is tried again later.
        case retry(after: Duration, fault: ConnectorFault)
        /// It waits for parents.
        case waits(for: [PlaceKey], cause: String)
        /// It is given up to a dead letter.
        case dead(ConnectorFault)
    }

    /// A record of an entity that must be linked first.
    public struct PlaceKey: Sendable, Hashable {
        /// The record.
        public var record: CanonicalID
        /// Its entity.
        public var entity: EntityKind
    }

    /// The work.
    public var claim: WorkClaim
    /// What becomes of it.
    public var ending: Ending
    /// The intent that was settled: done, refused, or unknown.
    public var intent: SettledIntent?
    /// The object that the record stands for from now on.
    public var link: NativeReference?
    /// What the object shows now.
    public var shadow: Shadow?
    /// Fields that are held from now on.
    public var held: Set<FieldName> = []
    /// Fields that wait for parents while the others go.
    public var deferred: [PlaceKey] = []
    /// Whether the object must be read again.
    public var mustRead = false
    /// A dead letter for the fields that are held.
    public var letter: ConnectorFault?
    /// Why the connection itself is at fault, where it is.
    public var connectionFault: ConnectorFault?
    /// What is recorded.
    public var notes: [AuditNote] = []

    /// An intent that was settled.
    public struct SettledIntent: Sendable {
        /// The intent.
        public var id: CanonicalID
        /// How it stands now.
        public var state: IntentState
        /// Why it was refused.
        public var fault: String?
    }
}

/// How an intent stands.
public enum IntentState: String, Sendable {
    /// About to be sent, or sent.
    case open
    /// Sent, and nobody knows what came of it.
    case unknown
    /// Carried out.
    case done
    /// Not carried out.
    case refused
}
