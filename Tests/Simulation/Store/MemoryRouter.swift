public import CanonicalModel
public import SyncCore
public import SyncPolicy
public import SyncStore

/// Routes batches of events on the tables in memory: settle, read, decide, write.
///
/// All decisions are those of `RouteStep` and `RouteBatch`; this is what `BatchRouter` is on Postgres.
public struct MemoryRouter: Sendable {
    /// An event with the message that brought it.
    public struct Delivery: Sendable {
        /// Which message.
        public var key: MessageKey
        /// What it says.
        public var event: CanonicalEvent

        /// Takes the parts.
        public init(key: MessageKey, event: CanonicalEvent) {
            self.key = key
            self.event = event
        }
    }

    /// What came of a batch.
    public struct Outcome: Sendable {
        /// Messages that were written, to be published.
        public var messages: [MemoryMessage] = []
        /// Messages that waited and were opened again.
        public var reopened: Set<CanonicalID> = []
        /// How many events were routed; the others had been settled before.
        public var routed = 0
    }

    private let database: MemoryDatabase
    private let policy: SourceOfTruth
    private let connections: [ConnectionCapabilities]
    private let lease: Duration
    private let access: any StoreAccess

    /// Takes the parts.
    ///
    /// - Parameter lease: how long the relay of this process has to publish a message before any other may.
    public init(
        database: MemoryDatabase, policy: SourceOfTruth, connections: [ConnectionCapabilities],
        lease: Duration = .seconds(30), access: any StoreAccess = DirectAccess()
    ) {
        self.database = database
        self.policy = policy
        self.connections = connections
        self.lease = lease
        self.access = access
    }

    /// Routes a batch, in one transaction.
    public func route(_ deliveries: [Delivery]) async throws -> Outcome {
        try await access.request()
        let outcome: Result<Outcome, any Error>
        do {
            outcome = .success(try await transact(deliveries))
        } catch {
            outcome = .failure(error)
        }
        try await access.answer()
        return try outcome.get()
    }

    private func transact(_ deliveries: [Delivery]) async throws -> Outcome {
        for delivery in deliveries where database.isFresh(delivery.key) {
            try RouteStep.check(delivery.event, connections)
        }
        var seen: Set<MessageKey> = []
        let fresh = deliveries.filter { database.isFresh($0.key) && seen.insert($0.key).inserted }
        guard !fresh.isEmpty else { return Outcome() }
        let events = fresh.map(\.event)
        var set = WorkingSet()
        let claims = RouteStep.claims(of: events)
        database.read(links: RouteStep.keys(of: events), claims: claims, into: &set)
        let output = try await RouteStep.decide(
            events, on: set, policy: policy, connections: connections, ids: database.ids, now: database.now
        ) { needs in
            database.read(needs, into: &set)
            return set
        }
        guard let output else { throw StoreError(.unreadable, "the events touch too many records") }
        return try database.write(output, of: fresh, lease: lease)
    }
}
