import IntegrationSupport
import Logging
import Messaging
import Postgres
import RabbitMQ
import ServiceLifecycle
import Testing

@testable import ServiceKit

@Suite("Start-up checks")
struct StartupChecksTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private static let migrations = [
        Migration(number: 1, name: "create_thing", up: "create table thing (id int)", down: "drop table thing"),
        Migration(number: 2, name: "create_other", up: "create table other (id int)", down: "drop table other"),
    ]

    private var logger: Logger { Self.logger }

    private func broker(_ space: IntegrationSpace) throws -> BrokerConfiguration {
        BrokerConfiguration(
            rabbit: try RabbitConfiguration(url: try #require(space.brokerURL)),
            names: BrokerNames(prefix: space.prefix))
    }

    @Test("refuse a schema that is older than this build, naming expected and applied", .database)
    func mismatch() async throws {
        try await IntegrationSpace.required().withPool { pool in
            let old = try Migrator(Array(Self.migrations.prefix(1)), logger: Self.logger)
            let new = try Migrator(Self.migrations, logger: Self.logger)
            try await old.migrate(on: pool)
            let error = await #expect(throws: StartupError.self) { try await StartupChecks.schema(new, on: pool) }
            let text = try #require(error?.description)
            #expect(text.contains("plumbline migrate"))
            #expect(text.contains("expected"))
            #expect(text.contains("0002_create_other"))
            try await new.migrate(on: pool)
            try await StartupChecks.schema(new, on: pool)
        }
    }

    @Test("and readiness accept a newer schema while it serves this build, then say what it serves", .database)
    func newer() async throws {
        try await IntegrationSpace.required().withPool { pool in
            let second = try Migrator(Self.migrations, logger: Self.logger)
            let ready = HealthCheck.migrations(second, on: pool)
            let addition = Migration(number: 3, name: "add", up: "create table third ()", down: "drop table third")
            try await Migrator(Self.migrations + [addition], logger: Self.logger).migrate(on: pool)
            try await StartupChecks.schema(second, on: pool)
            try await ready.probe()

            let removal = Migration(
                number: 4, name: "remove", up: "-- serves programs since: 0003\ndrop table other", down: "select 1")
            try await Migrator(Self.migrations + [addition, removal], logger: Self.logger).migrate(on: pool)
            let told = "this program knows migrations up to 2, but the database is at 0004_remove and serves programs "
            let start = await #expect(throws: StartupError.self) { try await StartupChecks.schema(second, on: pool) }
            #expect(start?.description.hasPrefix(told) == true)
            #expect(start?.description.hasSuffix("that know migration 3; upgrade this program") == true)
            let unready = await #expect(throws: MigrationError.self) { try await ready.probe() }
            #expect(unready?.description.hasPrefix(told) == true)
        }
    }

    @Test("and readiness refuse a database where messages are written that this build does not read", .database)
    func messages() async throws {
        try await IntegrationSpace.required().withPool { pool in
            try await pool.execute("create table message_schema (written integer not null)")
            try await pool.execute("insert into message_schema values (2)")
            let ready = HealthCheck.messages(on: pool)
            try await StartupChecks.messages(on: pool)
            try await ready.probe()

            try await pool.execute("update message_schema set written = 9")
            let start = await #expect(throws: StartupError.self) { try await StartupChecks.messages(on: pool) }
            #expect(start?.description.hasPrefix("messages are written in version 9, and this program reads ") == true)
            #expect(start?.description.hasSuffix("upgrade this program") == true)
            let unready = await #expect(throws: (any Error).self) { try await ready.probe() }
            #expect(unready.map { "\($0)" } == start?.description)
        }
    }

    @Test("wait for a database that is away, then say why in one line without the password")
    func absent() async throws {
        let nowhere = try PostgresConfiguration(url: "postgresql://app:hunter2@127.0.0.1:1/x")
        var limits = PostgresPool.Limits()
        limits.acquireTimeout = .milliseconds(50)
        let pool = PostgresPool(nowhere, limits: limits, logger: logger)
        let migrator = try Migrator(Self.migrations, logger: logger)
        let error = await #expect(throws: StartupError.self) {
            try await StartupChecks.schema(migrator, on: pool, within: .milliseconds(100))
        }
        let text = try #require(error?.description)
        #expect(text.hasPrefix("cannot use the database: "))
        #expect(text.hasSuffix("see the key database.url"))
        #expect(!text.contains("hunter2"))
        await pool.close()
    }

    @Test("say why there is no broker")
    func noBroker() async throws {
        let nowhere = try RabbitConfiguration(url: "amqp://app:hunter2@127.0.0.1:1/")
        let publisher = RabbitPublisher(nowhere, topology: Topology(), logger: logger)
        let error = await #expect(throws: StartupError.self) {
            try await StartupChecks.broker(publisher, within: .milliseconds(200))
        }
        let text = try #require(error?.description)
        #expect(text.hasSuffix("see the key amqp.url"))
        #expect(!text.contains("hunter2"))
        await publisher.shutDown()
    }

    @Test("are followed by health checks of database, migrations and broker", .integration)
    func health() async throws {
        let space = try IntegrationSpace.required()
        let broker = try broker(space)
        let publisher = broker.publisher(Topology(), name: "test.publish", logger: logger)
        try await StartupChecks.broker(publisher)
        try await space.withPool { pool in
            let migrator = try Migrator(Self.migrations, logger: Self.logger)
            let checks: [HealthCheck] = [
                .database(pool), .migrations(migrator, on: pool), .broker("broker.publish", publisher),
            ]
            try await checks[0].probe()
            await #expect(throws: MigrationError.self) { try await checks[1].probe() }
            try await migrator.migrate(on: pool)
            try await checks[1].probe()
            try await checks[2].probe()
        }
        await publisher.shutDown()
        await #expect(throws: (any Error).self) {
            try await HealthCheck.broker("broker.publish", publisher).probe()
        }
    }

    @Test("fail for a broker that takes no messages")
    func blocked() async throws {
        var picture = RabbitHealth()
        picture.isConnected = true
        let open = picture
        try await HealthCheck.broker("broker") { open }.probe()
        picture.isBlocked = true
        let blocked = picture
        await #expect(throws: (any Error).self) { try await HealthCheck.broker("broker") { blocked }.probe() }
        await #expect(throws: (any Error).self) { try await HealthCheck.broker("broker") { RabbitHealth() }.probe() }
    }

    @Test("leave pool and publisher to services that close them at the end of a group", .integration)
    func services() async throws {
        let space = try IntegrationSpace.required()
        let broker = try broker(space)
        let queue = Topology.Queue(space.prefix + ".sample", kind: .classic)
        let publisher = broker.publisher(Topology(queues: [queue]), name: "test.publish", logger: logger)
        let consumer = broker.consumer(
            Topology(queues: [queue]), queue: queue.name, name: "test.consume", logger: logger)
        let pool = DatabaseConfiguration(postgres: space.database).pool(name: "test", logger: logger)
        try await publisher.start()
        try await consumer.start()
        let services: [any Service] = [DatabaseService(pool), BrokerService(publisher), BrokerService(consumer)]
        let group = ServiceGroup(services: services, logger: logger)
        async let running: Void = group.run()
        try await pool.execute("select 1")
        await group.triggerGracefulShutdown()
        try await running
        await #expect(throws: PostgresError.self) { try await pool.execute("select 1") }
        #expect(!publisher.health.isConnected)
        #expect(!consumer.health.isConnected)
        try await TopologyDeclarer(broker.rabbit).delete(Topology(queues: [queue]))
    }
}
