import CanonicalModel
import ConnectorKit
import Logging
import Postgres
import ServiceLifecycle
import SyncCore
import SyncStore

/// One connection at work: prepares the account, then reads what is dirty, sends what is due, and polls.
struct ConnectionRuntime: Service, CustomStringConvertible {
    let description: String
    let connector: any Connector
    let session: any VendorSession
    let store: PostgresAdapterStore
    let ingest: WorkerPool
    let egress: WorkerPool
    private let writing: EgressLoop
    let holder: String
    let board: LoopBoard
    let pool: PostgresPool
    let logger: Logger

    /// The workers of a pool may all be busy with slow calls for so long before anyone worries.
    private static let workersPace = Duration.seconds(300)
    /// Many objects are read with one call: what comes while a read is under way waits for its end, so that what a burst
    /// brings costs few calls of the account, and few claims; a read that takes longer is waited for no longer than this.
    private static let gathering = Duration.milliseconds(50)
    /// A snapshot of a large account takes minutes.
    private static let snapshotsPace = LeasedLoop.Pace(interval: .seconds(2), lease: .seconds(600))

    init(
        connector: any Connector, session: any VendorSession, store: PostgresAdapterStore, workers: Int,
        holder: String, board: LoopBoard, pool: PostgresPool, logger: Logger
    ) {
        let connection = session.declaration.id
        var logger = logger
        logger[metadataKey: "connection"] = "\(connection)"
        description = "connection \(connection)"
        self.connector = connector
        self.session = session
        self.store = store
        self.holder = holder
        self.board = board
        self.pool = pool
        self.logger = logger
        let reading = IngestLoop(connector: connector, session: session, store: store, limit: 50, logger: logger)
        let pools = (ingest: "ingest/\(connection)@\(holder)", egress: "egress/\(connection)@\(holder)")
        for name in [pools.ingest, pools.egress] {
            board.register(name, every: Self.workersPace, connection: connection)
        }
        ingest = WorkerPool(
            pools.ingest, workers: max(workers / 2, 1), tick: .milliseconds(500), stagger: Self.gathering,
            logger: logger, board: board
        ) {
            try await reading.round()
        }
        // A small claim leaves work to the other workers, where the vendor takes one record a call.
        let limit = connector.descriptor.bulkSize > 1 ? connector.descriptor.bulkSize : 10
        let writing = EgressLoop(
            connector: connector, session: session, store: store, limit: limit, backgroundRounds: workers / 2,
            logger: logger)
        self.writing = writing
        egress = WorkerPool(
            pools.egress, workers: workers, tick: .milliseconds(500), logger: logger, board: board
        ) {
            try await writing.round()
        }
        for stream in connector.descriptor.pollStreams {
            let interval = stream.interval(declared: session.declaration.pollInterval)
            board.register(
                StreamPoll.name(of: stream, connection), every: LeasedLoop.Pace(interval: interval),
                connection: connection)
        }
        for name in ["webhooks", "neutralising"] {
            board.register("\(name)/\(connection)", every: Self.workersPace, connection: connection)
        }
        board.register("snapshots/\(connection)", every: Self.snapshotsPace, connection: connection)
    }

    /// Has the work of commands that have come in taken up.
    ///
    /// What people wait for goes at once where those at work are busy with the background.
    func takeUp(_ commands: [SyncCommand]) {
        let writes = commands.filter { $0.verb == .upsert }
        if !writes.isEmpty {
            egress.signal.fire(
                isUrgent: writing.hasBackground && writes.contains { $0.priority != .background })
        }
        if commands.contains(where: { $0.verb == .read }) { ingest.signal.fire() }
    }

    func run() async throws {
        let preparation = AccountPreparation(connector: connector, session: session, pool: pool, logger: logger)
        guard await preparation.run() else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await ingest.run() }
            group.addTask { await egress.run() }
            for stream in connector.descriptor.pollStreams {
                group.addTask { await cancelWhenGracefulShutdown { await poll(stream).run() } }
            }
            group.addTask { await cancelWhenGracefulShutdown { await snapshots.run() } }
            group.addTask { await cancelWhenGracefulShutdown { await webhooks.run() } }
            group.addTask { await cancelWhenGracefulShutdown { await neutralising.run() } }
        }
    }

    private func poll(_ stream: PollStream) -> LeasedLoop {
        let interval = stream.interval(declared: session.declaration.pollInterval)
        let poll = StreamPoll(
            connector: connector, session: session, store: store, stream: stream, reading: ingest.signal, board: board,
            pool: pool, logger: logger)
        return LeasedLoop(
            poll.name, holder: holder, pace: .init(interval: interval), pool: pool, logger: logger
        ) { _ in try await poll.turn() }
    }

    private var webhooks: LeasedLoop {
        let replays = WebhookReplays(
            connector: connector, declaration: session.declaration, pool: pool, ids: .random,
            clock: { [session] in session.now }, logger: logger)
        return LeasedLoop(
            "webhooks/\(session.declaration.id)", holder: holder, pace: .init(interval: .seconds(2)), pool: pool,
            logger: logger, board: board
        ) { _ in try await replays.round() }
    }

    private var neutralising: LeasedLoop {
        let neutraliser = Neutraliser(
            connector: connector, session: session, pool: pool, ids: .random, logger: logger)
        return LeasedLoop(
            "neutralising/\(session.declaration.id)", holder: holder,
            pace: .init(interval: .seconds(5), lease: .seconds(120)), pool: pool, logger: logger, board: board
        ) { _ in try await neutraliser.round() }
    }

    private var snapshots: LeasedLoop {
        let reader = SnapshotReader(connector: connector, session: session, pool: pool, logger: logger)
        return LeasedLoop(
            "snapshots/\(session.declaration.id)", holder: holder,
            pace: Self.snapshotsPace, pool: pool, logger: logger, board: board
        ) { _ in try await reader.round() }
    }
}
