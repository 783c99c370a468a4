import CanonicalModel
import IntegrationSupport
import Logging
import Messaging
import Postgres
import RabbitMQ
import SyncStore
import SystemSupport
import Testing

/// Messages to the router, which a relay has carried to a broker of their own and the broker has confirmed.
struct RelayedMessages: Sendable {
    /// Logs nothing.
    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private static let portion = 1000

    let pool: PostgresPool
    let names: BrokerNames
    let topology: Topology
    let configuration: RabbitConfiguration
    let messages: [StoredMessage]
    /// What the relay is told of queues that came back without what was in them.
    let lostQueues = LostQueues()

    /// The queue that they are in.
    var queue: String { names.routerEvents }

    /// Runs a broker and a relay while `body` runs, which may do to the broker what it likes.
    ///
    /// - Parameter callTimeout: how long the broker may take to answer; a queue is suspect after that.
    static func run(
        _ count: Int, prefix: String, callTimeout: Duration? = nil,
        _ body: (RelayedMessages, PrivateBroker) async throws -> Void
    ) async throws {
        try await IntegrationSpace.required().withPool { pool in
            _ = try await Migrator(SyncStore.migrations()).migrate(on: pool)
            try await PrivateBroker.run { broker in
                let relayed = try RelayedMessages(
                    count, prefix: prefix, pool: pool, configuration: broker.configuration(callTimeout: callTimeout))
                try await relayed.relaying { try await body(relayed, broker) }
            }
        }
    }

    private init(_ count: Int, prefix: String, pool: PostgresPool, configuration: RabbitConfiguration) throws {
        self.pool = pool
        self.configuration = configuration
        let names = BrokerNames(prefix: prefix)
        self.names = names
        topology = Topology.events(names)
        let ids = IDSource.random
        messages = (0..<count).map { number in
            StoredMessage(
                id: ids.next(Instant(microseconds: Int64(number))), queue: names.routerEvents, exchange: names.events,
                routingKey: "crm.customer.changed", body: Array("message \(number)".utf8))
        }
    }

    /// Has the messages published, and goes on relaying while `body` runs.
    private func relaying(_ body: () async throws -> Void) async throws {
        let publisher = RabbitPublisher(
            configuration, topology: topology, logger: Self.quiet, onLostQueue: lostQueues.note)
        let relay = Relay(pool: pool, publisher: publisher, lostQueues: lostQueues, logger: Self.quiet)
        try await publisher.start()
        let task = Task { await relay.run() }
        let result: Result<Void, any Error>
        do {
            for start in stride(from: 0, to: messages.count, by: Self.portion) {
                let some = Array(messages[start..<min(start + Self.portion, messages.count)])
                try await pool.run(MessageTable.insert(some, lease: relay.lease))
                relay.hand(some)
            }
            try await eventually("all messages are confirmed", within: .seconds(60)) {
                try await count(status: 1) == messages.count
            }
            result = .success(try await body())
        } catch {
            result = .failure(error)
        }
        task.cancel()
        await task.value
        await publisher.shutDown()
        try result.get()
    }

    /// A consumer of the messages.
    func consumer(
        logger: Logger = quiet, onLostQueue: (@Sendable (String) -> Void)? = nil
    ) -> RabbitConsumer {
        RabbitConsumer(
            configuration, topology: topology, queue: queue, logger: logger,
            onLostQueue: onLostQueue ?? lostQueues.note)
    }

    /// Takes the consumer's next batch; what comes twice is settled once, for the compare-and-set tells it apart.
    ///
    /// - Returns: what was settled by this.
    func settleNext(of consumer: RabbitConsumer) async throws -> [CanonicalID] {
        let batch = try await consumer.nextBatch()
        let keys = try batch.map { MessageKey(try #require(CanonicalID($0.id))) }
        let settled = try await pool.run(MessageTable.settle(keys))
        try await consumer.acknowledge(batch)
        return Array(settled)
    }

    /// How many messages have the status: 1 confirmed, 2 settled.
    func count(status: Int) async throws -> Int {
        try await pool.query("select count(*) from message where status = \(status)")[0][0, as: Int.self]
    }
}

extension PrivateBroker {
    /// How to connect to it.
    func configuration(callTimeout: Duration? = nil) throws -> RabbitConfiguration {
        var configuration = try RabbitConfiguration(url: url)
        if let callTimeout { configuration.callTimeout = callTimeout }
        return configuration
    }
}
