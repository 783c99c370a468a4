internal import Foundation
public import Logging
public import Postgres
public import ServiceLifecycle
public import SyncStore

/// Shows in the database that a process is there, and how its loops fare; a graceful stop takes that back.
///
/// With each beat it reads the database's clock, by which the process goes.
///
/// Put it behind the process' loops: a shutdown ends services from last to first, and a process that finishes its last
/// batch has left already.
public struct HeartbeatService: Service, CustomStringConvertible {
    /// Its name in logs.
    public let description = "heartbeat"
    /// From one beat to the next.
    public static let pace = Duration.seconds(5)

    private let id: String
    private let service: String
    private let connections: [String]
    private let board: LoopBoard
    private let clock: DatabaseClock
    private let pool: PostgresPool
    private let logger: Logger

    /// Takes the parts.
    ///
    /// - Parameters:
    ///   - id: names this process; no two share one.
    ///   - service: the executable's name.
    ///   - connections: what it serves.
    ///   - board: its loops; all of them are registered by the time this runs.
    ///   - clock: what the process goes by.
    public init(
        id: String, service: String, connections: [String] = [], board: LoopBoard, clock: DatabaseClock,
        pool: PostgresPool, logger: Logger
    ) {
        self.id = id
        self.service = service
        self.connections = connections
        self.board = board
        self.clock = clock
        self.pool = pool
        self.logger = logger
    }

    /// Beats until the shutdown.
    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await beat()
                // Cancelled means that the process ends.
                try? await Task.sleep(for: Self.pace)
            }
        }
        // A task of its own, awaited here: in a cancelled one no statement would run.
        await Task { await leave() }.value
    }

    private func beat() async {
        let news = board.news()
        let here = Replicas.beat(
            id, service: service, host: ProcessInfo.processInfo.hostName, pace: Self.pace, loops: board.names,
            connections: connections)
        do {
            try await clock.synchronise(on: pool)
            try await pool.run(news.isEmpty ? [here] : [here, LoopProgress.note(news)])
        } catch {
            board.putBack(news)
            logger.info("a heartbeat was not written", metadata: ["error": "\(error)"])
        }
    }

    private func leave() async {
        do {
            try await pool.run(Replicas.leave(id))
        } catch {
            // It will be taken for dead, until another one has its place.
            logger.info("a process could not say that it leaves", metadata: ["error": "\(error)"])
        }
    }
}
