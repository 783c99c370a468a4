import CanonicalModel
import Messaging
import Postgres
import SyncCore
import SyncPolicy
import SyncStore

/// Routes a batch of events in one transaction: settle, lock, decide, write.
///
/// All decisions are `RouteBatch`'s; this is the shell that reads what it needs and writes what it says. A batch is three
/// round trips when everything is known: settle and look up, lock and read, write and commit.
struct BatchRouter: Sendable {
    let pool: PostgresPool
    let policies: PolicyCache
    let names: BrokerNames
    let ids: IDSource
    let clock: @Sendable () -> Instant
    /// How long the relay that wrote a message has to publish it before any other may.
    let lease: Duration
    /// How long an event waits for a parent before a person is asked.
    let parkDeadline: Duration

    /// Passes on what is no event.
    var canaries: CanaryForwarder { CanaryForwarder(pool: pool, names: names, ids: ids, clock: clock, lease: lease) }

    /// What came of a batch.
    struct Outcome: Sendable {
        /// Messages that the transaction has written, to be published.
        var messages: [StoredMessage] = []
        /// Messages that waited and were opened again.
        var reopened: [CanonicalID] = []
        /// How many events were routed; the others had been settled before.
        var routed = 0
    }

    /// An event with the message that brought it.
    struct Delivery: Sendable {
        var key: MessageKey
        var event: CanonicalEvent
        var message: IncomingMessage

        /// Whether it comes out of the dead letters.
        var isReplay: Bool { message.headers[MessageHeaders.replayOf] != nil }
    }

    func route(_ deliveries: [Delivery]) async throws -> Outcome {
        try await pool.withTransaction { transaction in
            try await route(deliveries, in: transaction)
        }
    }

    private func route(_ deliveries: [Delivery], in transaction: PostgresTransaction) async throws -> Outcome {
        let now = clock()
        var loader = WorkingSetLoader(transaction: transaction)
        let keys = RouteStep.keys(of: deliveries.map(\.event))
        let (_, version, declaredAt, schema, settled, links) = try await transaction.run(
            Policies.hold, Policies.active, Connections.lastDeclaredAt, SchemaAgreement.written,
            MessageTable.settle(deliveries.map(\.key)), IdentityMap.find(keys))
        let fresh = try await accept(deliveries, settled: settled, in: transaction)
        guard !fresh.isEmpty else {
            try await transaction.commit()
            return Outcome()
        }
        let (policy, connections) = try await policies.current(version, connectionsAt: declaredAt, in: transaction)
        for delivery in fresh { try RouteStep.check(delivery.event, connections) }
        let events = fresh.map(\.event)
        try await loader.noteLinks(
            links, of: keys, claims: RouteStep.claims(of: events), beginnings: RouteStep.beginnings(of: events))
        let output = try await decide(fresh, policy: policy, connections: connections, now: now, loader: &loader)
        let writer = OutputWriter(
            output: output, deliveries: fresh, loader: loader, names: names, ids: ids, now: now, lease: lease,
            parkDeadline: parkDeadline, schema: schema)
        let written = try await writer.write(in: transaction)
        return Outcome(messages: written.messages, reopened: written.reopened, routed: fresh.count)
    }

    /// Runs the decision until everything that it asks for has been read.
    private func decide(
        _ deliveries: [Delivery], policy: SourceOfTruth, connections: [ConnectionCapabilities], now: Instant,
        loader: inout WorkingSetLoader
    ) async throws -> RouteOutput {
        let output = try await RouteStep.decide(
            deliveries.map(\.event), on: loader.set, policy: policy, connections: connections, ids: ids, now: now,
            replayed: Set(deliveries.filter(\.isReplay).map(\.event.id))
        ) { needs in
            try await loader.load(needs)
            return loader.set
        }
        guard let output else { throw RouterError.unsettled }
        return output
    }

    /// Which deliveries are new: those whose rows this transaction settles, and those of strangers that have no row.
    private func accept(
        _ deliveries: [Delivery], settled: Set<CanonicalID>, in transaction: PostgresTransaction
    ) async throws -> [Delivery] {
        // One that the batch has twice is routed once.
        var seen: Set<MessageKey> = []
        let deliveries = deliveries.filter { seen.insert($0.key).inserted }
        let others = deliveries.filter { !settled.contains($0.key.id) }
        guard !others.isEmpty else { return deliveries }
        let accepted = try await transaction.run(
            MessageTable.accept(
                others.map { delivery in
                    StoredMessage(
                        id: delivery.key.id, queue: names.routerEvents, exchange: delivery.message.exchange,
                        routingKey: delivery.message.routingKey, body: delivery.message.body)
                }))
        return deliveries.filter { settled.contains($0.key.id) || accepted.contains($0.key.id) }
    }
}

/// What stops a batch that no retry mends by itself.
enum RouterError: Error, CustomStringConvertible {
    /// The decision went on asking for more.
    case unsettled
    /// No policy has been installed.
    case noPolicy

    var description: String {
        switch self {
        case .unsettled: "the events touch more records than one decision may read; they are routed one by one"
        case .noPolicy: "no policy is active; run: plumbline migrate"
        }
    }
}
