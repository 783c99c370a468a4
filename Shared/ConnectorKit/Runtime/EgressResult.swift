public import CanonicalModel
public import SyncCore
public import SyncStore

/// What came of a piece of work.
public struct EgressResult: Sendable {
    /// What becomes of the work.
    public enum Ending: Sendable {
        /// Nothing differs any more, or nothing can be done; the note says which.
        case done(note: String?)
        /// It goes on at once, for more differs.
        case goesOn
        /// It is tried again later.
        case retry(after: Duration, fault: ConnectorFault)
        /// It waits for parents.
        case waits(for: [Place], cause: String)
        /// It is given up to a dead letter.
        case dead(ConnectorFault)

        /// Whether there is more to do at once.
        public var goesOn: Bool { if case .goesOn = self { true } else { false } }
    }

    /// A record that makes room for another one in the object that they would share.
    public struct Replacement: Sendable, Hashable {
        /// Who makes room.
        public var occupant: CanonicalID
        /// The object.
        public var object: SharedObject

        /// Takes the parts.
        public init(of occupant: CanonicalID, in object: SharedObject) {
            self.occupant = occupant
            self.object = object
        }
    }

    /// The work.
    public var claim: WorkClaim
    /// What becomes of it.
    public var ending: Ending
    /// What became of the request.
    public var intent: Intents.Outcome?
    /// The object that the record stands for from now on.
    public var link: NativeReference?
    /// Who makes room for it there, where somebody does.
    public var replaces: Replacement?
    /// What the object shows now.
    public var shadow: Shadow?
    /// Fields that are held from now on, besides those that were held before.
    public var held: Set<FieldName> = []
    /// Parents that fields wait for while the others go.
    public var deferred: [Place] = []
    /// Whether the object must be read again.
    public var mustRead = false
    /// Whether that has to come before anything else of the work: the lane is given back for it.
    public var awaitsRead = false
    /// A dead letter for the fields that are held.
    public var letter: ConnectorFault?
    /// Why the connection itself is at fault, where it is.
    public var connectionFault: ConnectorFault?
    /// What is recorded.
    public var notes: [AuditNote] = []

    /// Ends a piece of work.
    public init(_ claim: WorkClaim, _ ending: Ending) {
        self.claim = claim
        self.ending = ending
    }

    /// Whether a failure is the work's own, and counts as an attempt: not that of a probe, nor of a round that was halted,
    /// nor a wait for a read.
    public var isOwnFailure: Bool {
        if awaitsRead { return false }
        guard let connectionFault else { return true }
        return !claim.work.isProbe && connectionFault.code != HaltingSession.code
    }

    /// What it shows of the connection.
    public var signal: CircuitSignal {
        // What was not sent says nothing; the calls before it, if they have failed, have said it.
        if connectionFault?.code == HaltingSession.code { return .silent }
        if let connectionFault { return .failed(connectionFault) }
        // What a read has told of an update says nothing of writing.
        if awaitsRead || (intent?.state == .absent && claim.native != nil) { return .silent }
        if case .retry(_, let fault) = ending, fault.failureClass == .rateLimited { return .silent }
        return intent == nil ? .silent : .answered
    }

    /// Whether a request of the work may still be on its way, so that its lane must not be given back.
    public var mayBeOnItsWay: Bool {
        !awaitsRead && (intent.map { $0.state == .unknown } ?? (claim.unsettled != nil))
    }
}
