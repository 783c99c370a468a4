import CanonicalModel
import IntegrationSupport
import Logging
import Messaging
import Postgres
import RabbitMQ
import SyncStore
import SystemSupport
import Testing

@Suite(
    "A broker that loses everything", .database,
    .enabled(if: PrivateBroker.isInstalled, "RabbitMQ is not installed below /usr/lib/rabbitmq"),
    .timeLimit(.minutes(3)))
struct LostBrokerTests {
    private static let count = 10_000

    @Test("R24.6: the broker's data folder wiped while 10,000 confirmed messages wait unconsumed: every one arrives")
    func wiped() async throws {
        try await IntegrationSpace.required().withPool { pool in
            _ = try await Migrator(SyncStore.migrations()).migrate(on: pool)
            try await PrivateBroker.run { broker in
                let names = BrokerNames(prefix: "wiped-")
                let topology = Topology.events(names)
                let configuration = try RabbitConfiguration(url: broker.url)
                let lostQueues = LostQueues()
                let publisher = RabbitPublisher(
                    configuration, topology: topology, logger: quiet, onLostQueue: lostQueues.note)
                let relay = Relay(pool: pool, publisher: publisher, lostQueues: lostQueues, logger: quiet)
                try await publisher.start()
                let relaying = Task { await relay.run() }

                let messages = messages(names)
                for start in stride(from: 0, to: Self.count, by: 1000) {
                    let some = Array(messages[start..<start + 1000])
                    try await pool.run(MessageTable.insert(some, lease: relay.lease))
                    relay.hand(some)
                }
                try await eventually("all messages are confirmed", within: .seconds(60)) {
                    try await unsettled(pool, status: 1) == Self.count
                }
                let depths = try await TopologyDeclarer(configuration).depths(of: [names.routerEvents])
                #expect(depths[names.routerEvents]?.messages == Self.count)

                await broker.crash()
                try broker.wipe()
                try await broker.start()

                let consumer = RabbitConsumer(
                    configuration, topology: topology, queue: names.routerEvents, logger: quiet,
                    onLostQueue: lostQueues.note)
                var settled: [CanonicalID] = []
                while settled.count < Self.count {
                    let batch = try await consumer.nextBatch()
                    let keys = try batch.map { MessageKey(try #require(CanonicalID($0.id))) }
                    // What comes twice is settled once: the compare-and-set tells the others apart.
                    settled += try await pool.run(MessageTable.settle(keys))
                    try await consumer.acknowledge(batch)
                }
                #expect(settled.count == Self.count)
                #expect(Set(settled) == Set(messages.map(\.id)))
                #expect(try await unsettled(pool, status: 2) == Self.count)
                await consumer.shutDown()
                relaying.cancel()
                await relaying.value
                await publisher.shutDown()
            }
        }
    }

    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func messages(_ names: BrokerNames) -> [StoredMessage] {
        let ids = IDSource.random
        return (0..<Self.count).map { number in
            StoredMessage(
                id: ids.next(Instant(microseconds: Int64(number))), queue: names.routerEvents, exchange: names.events,
                routingKey: "crm.customer.changed", body: Array("message \(number)".utf8))
        }
    }

    private func unsettled(_ pool: PostgresPool, status: Int) async throws -> Int {
        try await pool.query("select count(*) from message where status = \(status)")[0][0, as: Int.self]
    }
}
