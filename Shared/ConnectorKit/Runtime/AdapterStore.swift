public import CanonicalModel
public import SyncCore
public import SyncStore

/// What the adapter's loops keep: a port, so that they run the same on Postgres and in memory.
///
/// Each method is one transaction. Leases and due times are reckoned by the store's clock.
public protocol AdapterStore: Sendable {
    /// Keeps webhooks as they came and marks what they name as dirty.
    func keep(_ webhooks: [KeptWebhook]) async throws
    /// Marks objects as dirty and moves the cursor of a poll.
    func keep(_ page: KeptPage) async throws
    /// Where a poll goes on, and what it has still to do where the database was restored and nothing may be written yet.
    ///
    /// One round trip, unless a recovery holds all writing.
    ///
    /// - Parameter streams: all streams of the connection, of which each is waited for.
    func place(
        of stream: String, among streams: [String], connection: ConnectionID
    ) async throws -> StreamPlace
    /// Notes how far a stream has come in a recovery.
    func note(_ step: StreamRecovery.Step, of stream: String, connection: ConnectionID) async throws

    /// Takes dirty objects that are due, each with its lane.
    func claimDirty(of connection: ConnectionID, limit: Int) async throws -> [DirtyTable.Claim]
    /// What is known of objects: links, shadows, which types have a create under way, and which requests may come late.
    ///
    /// - Parameter bearing: our ids that objects bear.
    func knowledge(
        of keys: Set<LinkKey>, bearing: [LinkKey: CanonicalID], connection: ConnectionID
    ) async throws -> ObjectKnowledge
    /// Writes what came of reading, checks the lanes, and lets them go.
    func commit(_ ingest: IngestCommit) async throws

    /// Takes in commands: the newest version of each record's desired state wins.
    func accept(_ commands: [AcceptedCommand]) async throws

    /// Takes work that is due, each with its lane, most urgent first; none while a recovery holds all writing.
    ///
    /// - Parameter lowest: the least urgent class that is taken.
    func claimWork(
        of connection: ConnectionID, limit: Int, downTo lowest: SyncCommand.Priority
    ) async throws -> [WorkClaim]
    /// The objects that records stand for at the connection.
    func places(of records: Set<CanonicalID>, connection: ConnectionID) async throws -> [CanonicalID: [PlacedRecord]]
    /// Who lives in objects that several records would like to live in.
    func occupancy(of objects: Set<SharedObject>) async throws -> [LinkKey: Occupancy]
    /// Writes intents under their lanes, and pending links for creates, before anything is sent.
    ///
    /// - Parameter absentAfter: how long after the send a look-up that finds nothing means nothing.
    func open(_ intents: [Intent], lanes: [Lane], absentAfter: Duration) async throws
    /// Notes that a request whose outcome is not known is sent once more, byte for byte, under a lane.
    func resend(_ intent: Intent, lane: Lane, absentAfter: Duration) async throws
    /// Writes what came of work, checks the lanes, and lets them go where the work is finished for now.
    func settle(_ results: [EgressResult], connection: ConnectionID) async throws

    /// Marks objects to be read, for we do not know what they show: requests went to them under lanes that were lost.
    func readAgain(_ objects: Set<NativeReference>, connection: ConnectionID) async throws

    /// How long a lane is held without being prolonged.
    var laneLease: Duration { get }
    /// Prolongs lanes while a vendor is asked.
    func extend(_ lanes: [Lane]) async throws
    /// Lets lanes go under which nothing is on its way.
    func release(_ lanes: [Lane]) async throws
    /// Waits by the store's clock, which leases are reckoned by; ends early with an error when the task is cancelled.
    func pause(for duration: Duration) async throws
}

extension AdapterStore {
    /// Waits by the clock of this machine, which runs as fast as that of any database.
    public func pause(for duration: Duration) async throws { try await Task.sleep(for: duration) }
}
