public import CanonicalModel
public import ConnectorKit
public import SyncCore
public import SyncStore

/// What one connection's loops keep, in memory.
public struct MemoryAdapterStore: AdapterStore {
    /// How leases and waits are measured; what `PostgresAdapterStore.Times` is.
    public struct Times: Sendable {
        /// How long a lane is held without being prolonged.
        public var laneLease = Duration.seconds(10)
        /// The connector's bound from send to the vendor's last possible commit.
        public var requestCeiling: Duration
        /// For how long no other relay publishes the messages that this process hands to its own.
        public var messageLease: Duration

        /// Takes the times that differ.
        public init(requestCeiling: Duration, messageLease: Duration = .seconds(30)) {
            self.requestCeiling = requestCeiling
            self.messageLease = messageLease
        }
    }

    private let database: MemoryDatabase
    private let times: Times
    private let access: any StoreAccess
    private let hand: @Sendable ([MemoryMessage]) -> Void
    private let reopened: @Sendable (Set<CanonicalID>) -> Void
    private let taken: @Sendable (Set<NativeReference>) -> Void

    /// Takes the parts.
    ///
    /// - Parameters:
    ///   - hand: gets messages whose rows are committed, to be published.
    ///   - reopened: is told which messages that waited are to be published again.
    ///   - taken: is told, within the commit, of which objects it keeps what was read.
    public init(
        database: MemoryDatabase, times: Times, access: any StoreAccess = DirectAccess(),
        hand: @escaping @Sendable ([MemoryMessage]) -> Void = { _ in },
        reopened: @escaping @Sendable (Set<CanonicalID>) -> Void = { _ in },
        taken: @escaping @Sendable (Set<NativeReference>) -> Void = { _ in }
    ) {
        self.database = database
        self.times = times
        self.access = access
        self.hand = hand
        self.reopened = reopened
        self.taken = taken
    }

    private func transact<Value>(_ body: (MemoryDatabase) throws -> Value) async throws -> Value {
        try await access.request()
        let result = Result { try body(database) }
        try await access.answer()
        return try result.get()
    }

    // MARK: Ingress

    public func keep(_ webhooks: [KeptWebhook]) async throws {
        try await transact { database in
            database.mark(
                webhooks.flatMap { webhook in
                    webhook.hints.map {
                        DirtyTable.Mark(
                            $0.native, in: webhook.connection, correlation: webhook.id, hintedAt: webhook.receivedAt)
                    }
                })
            for webhook in webhooks { if let fault = webhook.fault { database.bury(webhook, fault) } }
        }
    }

    public func keep(_ page: KeptPage) async throws {
        try await transact { database in
            try database.moveCursor(of: page)
            database.mark(
                page.hints.map {
                    DirtyTable.Mark(
                        $0.native, in: page.connection, correlation: page.correlation, hintedAt: database.now,
                        changedAt: $0.occurredAt, isPolled: true)
                })
        }
    }

    public func place(
        of stream: String, among streams: [String], connection: ConnectionID
    ) async throws -> StreamPlace {
        let key = MemoryDatabase.StreamKey(connection: connection, stream: stream)
        return try await transact { StreamPlace(cursor: $0.cursors[key], recovery: $0.stream(key)) }
    }

    public func note(_ step: StreamRecovery.Step, of stream: String, connection: ConnectionID) async throws {
        try await transact { $0.note(step, of: .init(connection: connection, stream: stream)) }
    }

    // MARK: Ingest

    public func claimDirty(of connection: ConnectionID, limit: Int) async throws -> [DirtyTable.Claim] {
        try await transact {
            $0.claimDirty(of: connection, limit: limit, lease: times.laneLease, ceiling: times.requestCeiling)
        }
    }

    public func knowledge(
        of keys: Set<LinkKey>, bearing: [LinkKey: CanonicalID], connection: ConnectionID
    ) async throws -> ObjectKnowledge {
        try await transact { $0.knowledge(of: keys, bearing: bearing, connection: connection) }
    }

    public func commit(_ ingest: IngestCommit) async throws {
        hand(
            try await transact { database in
                let (messages, objects) = try database.commit(ingest, messageLease: times.messageLease)
                taken(objects)
                return messages
            })
    }

    public func readAgain(_ objects: Set<NativeReference>, connection: ConnectionID) async throws {
        try await transact { database in
            let correlation = database.ids.next(database.now)
            database.mark(
                objects.sorted().map {
                    DirtyTable.Mark($0, in: connection, correlation: correlation, hintedAt: database.now)
                })
        }
    }

    // MARK: Commands

    public func accept(_ commands: [AcceptedCommand]) async throws {
        try await transact { $0.accept(commands) }
    }

    // MARK: Egress

    public func claimWork(
        of connection: ConnectionID, limit: Int, downTo lowest: SyncCommand.Priority
    ) async throws -> [WorkClaim] {
        try await transact { database in
            database.claimWork(
                of: connection, limit: limit, downTo: lowest, shares: SyncCommand.Priority.shares(of: limit),
                lease: times.laneLease, ceiling: times.requestCeiling
            ).compactMap(database.workClaim)
        }
    }

    public func places(
        of records: Set<CanonicalID>, connection: ConnectionID
    ) async throws -> [CanonicalID: [PlacedRecord]] {
        guard !records.isEmpty else { return [:] }
        return try await transact { $0.places(of: records, connection: connection) }
    }

    public func occupancy(of objects: Set<SharedObject>) async throws -> [LinkKey: Occupancy] {
        preconditionFailure("the store in memory has no objects that are shared")
    }

    public func open(_ intents: [Intent], lanes: [Lane], absentAfter: Duration) async throws {
        try await transact { try $0.open(intents, lanes: lanes, absentAfter: absentAfter) }
    }

    public func resend(_ intent: Intent, lane: Lane, absentAfter: Duration) async throws {
        try await transact { try $0.resend(intent, lane: lane, absentAfter: absentAfter) }
    }

    /// Writes what came of work; where that fails for one piece, the others are written by themselves.
    public func settle(_ results: [EgressResult], connection: ConnectionID) async throws {
        guard !results.isEmpty else { return }
        do {
            reopened(try await transact { try $0.settle(results, connection: connection) })
        } catch let error as StoreError where results.count > 1 {
            var failure: any Error = error
            var failures = 0
            for result in results {
                do {
                    reopened(try await transact { try $0.settle([result], connection: connection) })
                } catch {
                    failure = error
                    failures += 1
                }
            }
            if failures > 0 { throw failure }
        }
    }

    // MARK: Lanes

    public var laneLease: Duration { times.laneLease }

    public func extend(_ lanes: [Lane]) async throws {
        try await transact { try $0.extend(lanes, by: times.laneLease) }
    }

    public func release(_ lanes: [Lane]) async throws {
        try await transact { $0.release(lanes) }
    }

    public func pause(for duration: Duration) async throws { try await access.pause(for: duration) }
}
