import CanonicalModel
import IntegrationSupport
import Logging
import Messaging
import Postgres
import RabbitMQ
import ServiceKit
import SyncCore
import SyncStore
import Testing

@testable import Router

@Suite("What dies at a real broker", .integration)
struct DeadLetterCollectorTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let fsm = ConnectionID("fsm-main")

    private func withEstate(_ body: (PostgresPool, BrokerConfiguration) async throws -> Void) async throws {
        let space = try IntegrationSpace.required()
        let broker = BrokerConfiguration(
            rabbit: try RabbitConfiguration(url: try #require(space.brokerURL)),
            names: BrokerNames(prefix: space.prefix + "."))
        let topology = try Topology.plumbline(broker.names, connections: [fsm.name])
        try await space.withPool { pool in
            try await Migrator(SyncStore.migrations()).migrate(on: pool)
            try await pool.run(
                Connections.declare(
                    .init(
                        capabilities: ConnectionCapabilities(connection: fsm, role: .fsm, entities: []), vendor: "x",
                        account: "x", baseURL: "http://127.0.0.1")))
            try await TopologyDeclarer(broker.rabbit).declare(topology)
            try await body(pool, broker)
            try await TopologyDeclarer(broker.rabbit).delete(topology)
        }
    }

    private func letters(_ broker: BrokerConfiguration, _ pool: PostgresPool) -> BrokerLetters {
        BrokerLetters(pool: pool, names: broker.names, ids: .random) { Instant(seconds: 1_800_000_000) }
    }

    /// Rejects the next message of a queue.
    private func reject(from queue: String, _ broker: BrokerConfiguration) async throws {
        let consumer = broker.consumer(Topology(), queue: queue, name: "test", logger: logger)
        for message in try await consumer.nextBatch() { try await consumer.deadLetter(message) }
        await consumer.shutDown()
    }

    private func open(_ pool: PostgresPool) async throws -> PostgresResult {
        try await pool.query(
            """
            select queue, code, failure_class, connection, record, attempts, headers ->> 'x-first-death-reason', message,
                payload
            from dead_letter order by id
            """)
    }

    @Test("R17.7: a rejected command becomes one dead letter with its business context, and its row is settled")
    func rejected() async throws {
        try await withEstate { pool, broker in
            let names = broker.names
            let queue = names.commandQueue(of: fsm.name)
            let now = try await pool.run(Figures.clock)
            let command = SyncCommand(
                id: IDSource.random.next(now), connection: fsm, entity: .customer, verb: .upsert,
                record: IDSource.random.next(now), version: 1, policyVersion: 1, changedAt: now,
                context: MessageContext(correlation: IDSource.random.next(now)))
            let message = StoredMessage(
                id: command.id, queue: queue, exchange: names.commands, routingKey: "fsm-main.customer.upsert",
                body: try CommandCoding.encode(command, schema: .current))
            try await pool.run(MessageTable.insert([message], lease: .seconds(60)))
            let publisher = broker.publisher(Topology(), name: "test", logger: logger)
            _ = await publisher.publish([
                OutgoingMessage(
                    id: message.id.description, exchange: message.exchange, routingKey: message.routingKey,
                    headers: [MessageHeaders.generation: "1"], body: message.body)
            ])
            try await reject(from: queue, broker)
            let collector = Router.collector(
                broker, pool: pool, lostQueues: LostQueues(), interval: .milliseconds(50),
                clock: { DatabaseClock.systemTime }, logger: logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await collector.run() }
                while try await open(pool).isEmpty { await Task.yield() }
                group.cancelAll()
            }
            let letters = try await open(pool)
            #expect(letters.count == 1)
            #expect(try letters[0][0, as: String.self] == queue)
            #expect(try letters[0][1, as: String.self] == "rejected")
            #expect(try letters[0][2, as: FailureClass.self] == .undecodable)
            #expect(try letters[0][3, as: ConnectionID?.self] == fsm)
            #expect(try letters[0][4, as: CanonicalID?.self] == command.record)
            #expect(try letters[0][5, as: Int.self] == 1)
            #expect(try letters[0][6, as: String?.self] == "rejected")
            #expect(try await pool.run(MessageTable.settle([message.key])).isEmpty)
            await publisher.shutDown()
        }
    }

    @Test("A stranger's message that nobody can read is one letter, also when it is delivered again after the commit")
    func deliveredTwice() async throws {
        try await withEstate { pool, broker in
            let names = broker.names
            let publisher = broker.publisher(Topology(), name: "test", logger: logger)
            _ = await publisher.publish([
                OutgoingMessage(
                    id: "strange", exchange: names.events, routingKey: "crm.customer.created",
                    headers: ["odd": "a\u{0}b"], body: [0xFF, 0x00])
            ])
            await publisher.shutDown()
            try await reject(from: names.routerEvents, broker)
            let letters = letters(broker, pool)
            for expected in [1, 0] {
                // Closed without an acknowledgement, the first time; so it comes again.
                let consumer = broker.consumer(
                    Topology.dead(names, of: names.routerEvents), queue: names.deadLetterQueue(of: names.routerEvents),
                    name: "test", logger: logger)
                let batch = try await consumer.nextBatch()
                #expect(batch.map(\.id) == ["strange"])
                #expect(try await letters.store(batch, of: names.routerEvents) == expected)
                if expected == 0 { try await consumer.acknowledge(batch) }
                await consumer.shutDown(within: .milliseconds(200))
            }
            let open = try await open(pool)
            #expect(open.count == 1)
            #expect(try open[0][8, as: [UInt8].self] == [0xFF, 0x00])
            let row = try await pool.query("select exchange, routing_key, status from message")
            #expect(try row[0][0, as: String.self] == names.events)
            #expect(try row[0][1, as: String.self] == "crm.customer.created")
            #expect(try row[0][2, as: Int.self] == 2)
        }
    }

    @Test("What was settled before it died again is no letter; a replayed message that dies again is one")
    func generations() async throws {
        try await withEstate { pool, broker in
            let letters = letters(broker, pool)
            let now = try await pool.run(Figures.clock)
            let row = StoredMessage(
                id: IDSource.random.next(now), queue: broker.names.routerEvents, exchange: "e", routingKey: "k",
                body: [1])
            try await pool.run(MessageTable.insert([row], lease: .seconds(60)))
            _ = try await pool.run(MessageTable.settle([row.key]))
            var message = IncomingMessage(
                id: row.id.description, exchange: "d", routingKey: "k", headers: [MessageHeaders.generation: "1"],
                body: [1], token: DeliveryToken(epoch: 1, tag: 1))
            #expect(try await letters.store([message], of: row.queue) == 0)
            _ = try await pool.run(MessageTable.reopen([row]))
            #expect(try await letters.store([message], of: row.queue) == 0)
            message.headers[MessageHeaders.generation] = "2"
            #expect(try await letters.store([message, message], of: row.queue) == 1)
        }
    }

    @Test("The first death is read out of the broker's headers, and guessed where they are not there")
    func firstDeath() {
        let headers = [
            MessageHeaders.firstDeathQueue: "commands.a", MessageHeaders.firstDeathReason: "delivery_limit",
            MessageHeaders.firstDeathExchange: "sync.commands",
            MessageHeaders.deaths: """
            [{"count":1,"queue":"x","reason":"rejected","time":1800000000},{"count":7,"exchange":"sync.commands",\
            "queue":"commands.a","reason":"delivery_limit","routing-keys":["a.job.upsert"],"time":1790000000}]
            """,
        ]
        let token = DeliveryToken(epoch: 1, tag: 1)
        let full = BrokerDeath(
            of: IncomingMessage(id: "1", exchange: "d", routingKey: "k", headers: headers, body: [], token: token),
            queue: "commands.a")
        #expect(full.count == 7 && full.at == Instant(seconds: 1_790_000_000) && full.routingKey == "a.job.upsert")
        #expect(full.failureClass == .transient)
        let bare = BrokerDeath(
            of: IncomingMessage(id: "1", exchange: "d", routingKey: "k", body: [], token: token), queue: "q")
        #expect(bare.reason == "unknown" && bare.queue == "q" && bare.count == 1 && bare.at == nil)
    }
}
