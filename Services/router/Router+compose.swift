import CanonicalModel
import Foundation
import Logging
import Messaging
import Postgres
import ServiceKit
import ServiceLifecycle
import SyncCore
import SyncStore

/// The router put together.
enum Router {
    /// Composes the service; refuses to start on a database of another version.
    static func compose(
        _ configuration: RouterConfiguration, _ environment: ServiceEnvironment
    ) async throws -> ServiceGroup {
        let logger = environment.logger
        let pool = configuration.database.pool(name: "router", logger: logger)
        let migrator = try Migrator(SyncStore.migrations())
        try await StartupChecks.schema(migrator, on: pool)
        try await StartupChecks.messages(on: pool)
        let clock = try await StartupChecks.clock(on: pool)
        let names = configuration.broker.names
        let connections = try await pool.run([Connections.all]).first ?? []
        let topology = try Topology.plumbline(names, connections: connections.map(\.capabilities.connection.name))
        let lostQueues = LostQueues()
        let publisher = configuration.broker.publisher(
            topology, name: "router.commands", logger: logger, onLostQueue: lostQueues.note)
        let consumer = configuration.broker.consumer(
            topology, queue: names.routerEvents, batch: configuration.batch, name: "router.events", logger: logger,
            onLostQueue: lostQueues.note)
        try await StartupChecks.broker(publisher)
        let relay = Relay(pool: pool, publisher: publisher, lostQueues: lostQueues, logger: logger)
        let loop = eventLoop(
            source: consumer, pool: pool, relay: relay, names: names, concurrency: configuration.concurrency,
            clock: { clock.now }, logger: logger)
        return environment.group(
            [
                DatabaseService(pool), BrokerService(publisher), RelayService(relay), BrokerService(consumer),
                loop,
                collector(
                    configuration.broker, pool: pool, lostQueues: lostQueues, clock: { clock.now }, logger: logger),
                HeartbeatService(
                    id: ReplicaName.make(), service: environment.name, board: LoopBoard(), clock: clock, pool: pool,
                    logger: logger),
            ],
            checks: [
                .database(pool), .migrations(migrator, on: pool), .messages(on: pool),
                .broker("broker.commands", publisher),
                .broker("broker.events", consumer),
            ], http: configuration.http)
    }

    /// Reads the dead letters of every queue that is there.
    ///
    /// What is lost with a dead-letter queue is not settled yet: it comes again to the queue in which it died.
    static func collector(
        _ broker: BrokerConfiguration, pool: PostgresPool, lostQueues: LostQueues, interval: Duration = .seconds(30),
        clock: @escaping @Sendable () -> Instant, logger: Logger
    ) -> DeadLetterCollector {
        let names = broker.names
        let letters = BrokerLetters(pool: pool, names: names, ids: .random, clock: clock)
        return DeadLetterCollector(letters: letters, interval: interval, logger: logger) {
            let connections = try await pool.run(Connections.all)
            return [names.routerEvents] + connections.map { names.commandQueue(of: $0.capabilities.connection.name) }
        } open: { queue in
            let consumer = broker.consumer(
                Topology.dead(names, of: queue), queue: names.deadLetterQueue(of: queue), name: "router.dead",
                logger: logger, onLostQueue: { _ in lostQueues.note(queue) })
            return DeadLetterCollector.Source(messages: consumer, connection: BrokerService(consumer))
        }
    }

    /// The loop on any source of messages; tests use it with a broker in memory.
    static func eventLoop(
        source: any MessageSource, pool: PostgresPool, relay: Relay, names: BrokerNames, concurrency: Int,
        clock: @escaping @Sendable () -> Instant, logger: Logger
    ) -> EventLoop {
        let router = BatchRouter(
            pool: pool, policies: PolicyCache(), names: names, ids: .random, clock: clock, lease: relay.lease,
            parkDeadline: .seconds(86_400))
        let letters = EventLetters(pool: pool, names: names, ids: .random, clock: clock, logger: logger)
        return EventLoop(
            source: source, router: router, letters: letters, concurrency: concurrency, logger: logger
        ) { messages, reopened in
            relay.hand(messages)
            relay.publishReopened(reopened)
        }
    }
}
