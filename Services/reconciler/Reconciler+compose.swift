import CanonicalModel
import Foundation
import Logging
import Messaging
import Postgres
import ServiceKit
import ServiceLifecycle
import SyncCore
import SyncStore
import VendorHTTP

/// The reconciler put together.
enum Reconciler {
    /// Composes the service; refuses to start on a database of another version.
    static func compose(
        _ configuration: ReconcilerConfiguration, _ environment: ServiceEnvironment
    ) async throws -> ServiceGroup {
        let logger = environment.logger
        let signingKey = try await configuration.audit.signingKey.read()
        let pool = configuration.database.pool(name: "reconciler", planning: .eachTime, logger: logger)
        let migrator = try Migrator(SyncStore.migrations())
        try await StartupChecks.schema(migrator, on: pool)
        try await StartupChecks.messages(on: pool)
        let clock = try await StartupChecks.clock(on: pool)
        let anchors = AnchorFile(path: configuration.audit.anchorFile)
        // A file that cannot be read shows here, not at the first audit.
        _ = try anchors.read()
        let sealer = Sealer(
            key: try SealingKey(signingKey.bytes), anchors: anchors, pool: pool, logger: logger)
        let names = configuration.broker.names
        let connections = try await pool.run(Connections.all)
        let topology = try Topology.plumbline(names, connections: connections.map(\.capabilities.connection.name))
        let lostQueues = LostQueues()
        let publisher = configuration.broker.publisher(
            topology, name: "reconciler.commands", logger: logger, onLostQueue: lostQueues.note)
        try await StartupChecks.broker(publisher)
        let relay = Relay(pool: pool, publisher: publisher, lostQueues: lostQueues, logger: logger)
        let surroundings = LeasedService.Surroundings(
            pool: pool, holder: ReplicaName.make(), board: LoopBoard(), metrics: environment.metrics, logger: logger)
        let loops = try loops(
            configuration, sealer: sealer, lostAnchor: try await sealer.lostAnchor(), relay: relay,
            clock: { clock.now }, in: surroundings)
        return environment.group(
            [DatabaseService(pool), BrokerService(publisher), RelayService(relay)] + loops + [
                exporter(pool: pool, every: configuration.freshnessInterval, in: surroundings),
                HeartbeatService(
                    id: surroundings.holder, service: environment.name, board: surroundings.board, clock: clock,
                    pool: pool, logger: logger),
            ],
            checks: [
                .database(pool), .migrations(migrator, on: pool), .messages(on: pool),
                .broker("broker.commands", publisher),
            ], http: configuration.http)
    }

    /// The loops of which one replica at a time runs each.
    private static func loops(
        _ configuration: ReconcilerConfiguration, sealer: Sealer, lostAnchor: Seal?, relay: Relay,
        clock: @escaping @Sendable () -> Instant, in surroundings: LeasedService.Surroundings
    ) throws -> [any Service] {
        let pool = surroundings.pool
        let names = configuration.broker.names
        let alerts = configuration.alerts
        let meter = FreshnessMeter(
            pool: pool, events: names.routerEvents, objective: alerts.settings.objective)
        let teller = AlertTeller(
            receiver: alerts.receiver, transport: try transport(to: alerts.receiver), pool: pool, clock: clock,
            jitter: { .random(in: 0...1) }, logger: surroundings.logger)
        let judge = AlertJudge(
            settings: alerts.settings, pool: pool, ids: .random, logger: surroundings.logger, lostAnchor: lostAnchor)
        let sweeper = ParkSweeper(
            pool: pool, ids: .random, clock: clock, reopened: { relay.publishReopened($0) }, logger: surroundings.logger
        )
        let snapshots = SnapshotDispatcher(pool: pool, names: names, lease: relay.lease) { relay.hand($0) }
        let retention = Retention(settings: configuration.retention, pool: pool, logger: surroundings.logger)
        let replays = ReplayRunner(
            pool: pool, ids: .random, clock: clock, reopened: { relay.publishReopened($0) }, logger: surroundings.logger
        )
        let letters = LetterSweeper(pool: pool, logger: surroundings.logger)
        let recoveries = RecoveryKeeper(pool: pool, ids: .random, clock: clock, logger: surroundings.logger)
        let anchoring = Anchoring(sealer: sealer, interval: configuration.anchorInterval, pool: pool)
        return [
            LeasedService("audit.seal", every: configuration.sealInterval, in: surroundings) {
                try await sealer.seal()
            },
            // Entries whose transaction took longer than the sealer usually looks back.
            LeasedService("audit.search", every: .seconds(600), in: surroundings) {
                try await sealer.seal(everything: true)
            },
            LeasedService("audit.anchor", every: anchoring.pace, in: surroundings) { try await anchoring.run() },
            LeasedService("parks", every: configuration.parksInterval, in: surroundings) { try await sweeper.sweep() },
            LeasedService("snapshots", every: configuration.snapshotsInterval, in: surroundings) {
                try await snapshots.dispatch()
            },
            LeasedService("replays", every: configuration.replaysInterval, in: surroundings) {
                try await replays.run()
            },
            LeasedService("letters", every: configuration.lettersInterval, in: surroundings) {
                try await letters.sweep()
            },
            LeasedService("recovery", every: .seconds(1), in: surroundings) { try await recoveries.run() },
            LeasedService("freshness", every: configuration.freshnessInterval, in: surroundings) {
                try await meter.measure()
            },
            LeasedService(Alerts.loop, every: alerts.interval, in: surroundings) { try await judge.judge() },
            LeasedService("alerts.telling", every: .seconds(2), in: surroundings) { try await teller.tell() },
            LeasedService("retention", every: configuration.retentionInterval, in: surroundings) {
                try await retention.run()
            },
        ]
    }

    /// Shows the figures; every replica does, for each is asked for its metrics.
    private static func exporter(
        pool: PostgresPool, every interval: Duration, in surroundings: LeasedService.Surroundings
    ) -> LoopService {
        let gauges = FigureGauges(surroundings.metrics)
        return LoopService("figures", every: interval, logger: surroundings.logger) {
            gauges.show(try await Figures.read(on: pool))
            gauges.show(try await AlertFigures.read(on: pool))
            gauges.show(try await SystemFigures.read(on: pool))
            return .idle
        }
    }

    /// The way to the receiver of alerts; its address and secret stay out of errors.
    private static func transport(to receiver: AlertReceiver?) throws -> any HTTPTransport {
        var configuration = CurlTransport.Configuration()
        configuration.allowsPlainHTTP = receiver?.url.reveal().hasPrefix("http://") ?? false
        let redactor = Redactor()
        if let receiver {
            redactor.register(receiver.url.reveal())
            redactor.register(receiver.secret.reveal())
        }
        return try CurlTransport(configuration: configuration, redactor: redactor)
    }

}
