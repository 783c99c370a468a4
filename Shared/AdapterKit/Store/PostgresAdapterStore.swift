public import CanonicalModel
public import ConnectorKit
public import Messaging
public import Postgres
public import SyncStore

/// What one connection's loops keep, in Postgres: every method is one transaction.
public struct PostgresAdapterStore: AdapterStore {
    /// How leases and waits are measured.
    public struct Times: Sendable {
        /// How long a lane is held without being prolonged.
        public var laneLease = Duration.seconds(10)
        /// The connector's bound from send to the vendor's last possible commit.
        public var requestCeiling: Duration
        /// How long work waits for a parent before a person is told.
        public var parkDeadline = Duration.seconds(86_400)
        /// For how long no other relay publishes the messages that this process hands to its own.
        public var messageLease: Duration

        /// Takes the times that differ from process to process.
        public init(requestCeiling: Duration, messageLease: Duration) {
            self.requestCeiling = requestCeiling
            self.messageLease = messageLease
        }
    }

    let pool: PostgresPool
    let names: BrokerNames
    let holder: String
    let times: Times
    let ids: IDSource
    let clock: @Sendable () -> Instant
    let hand: @Sendable ([StoredMessage]) -> Void
    let reopened: @Sendable ([CanonicalID]) -> Void
    /// The version of messages that everybody at work reads, as the last question about objects has told it.
    let schema = WrittenSchema()

    /// Takes the parts.
    ///
    /// - Parameters:
    ///   - holder: names this process in lanes and leases.
    ///   - hand: gets messages whose rows are committed, to be published.
    ///   - reopened: is told which messages that waited are to be published again.
    public init(
        pool: PostgresPool, names: BrokerNames, holder: String, times: Times, ids: IDSource = .random,
        clock: @escaping @Sendable () -> Instant, hand: @escaping @Sendable ([StoredMessage]) -> Void,
        reopened: @escaping @Sendable ([CanonicalID]) -> Void
    ) {
        self.pool = pool
        self.names = names
        self.holder = holder
        self.times = times
        self.ids = ids
        self.clock = clock
        self.hand = hand
        self.reopened = reopened
    }

    /// How long a lane is held without being prolonged.
    public var laneLease: Duration { times.laneLease }

    /// Prolongs lanes.
    public func extend(_ lanes: [Lane]) async throws {
        try await pool.run(Lanes.extend(lanes, lease: times.laneLease))
    }

    /// Lets lanes go.
    public func release(_ lanes: [Lane]) async throws {
        try await pool.run(Lanes.release(lanes))
    }
}
