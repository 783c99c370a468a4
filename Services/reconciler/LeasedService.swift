import Foundation
import Logging
import Metrics
import Postgres
import ServiceLifecycle
import SyncStore

/// A leased loop as a service: of all replicas one runs its step at a time.
///
/// A step that fails is logged, counted and done again after the interval. A shutdown gives the lease back, so that
/// another replica goes on at once.
struct LeasedService: Service, CustomStringConvertible {
    /// What every loop of a process shares.
    struct Surroundings: Sendable {
        var pool: PostgresPool
        /// Names this process.
        var holder: String
        /// Knows how the loops fare.
        var board: LoopBoard
        var metrics: any MetricsFactory
        var logger: Logger
    }

    let description: String
    private let loop: LeasedLoop

    init(
        _ name: String, every interval: Duration, in surroundings: Surroundings,
        step: @escaping @Sendable () async throws -> Void
    ) {
        description = name
        let logger = surroundings.logger
        let dimensions = [("loop", name)]
        let failures = Counter(
            label: ReconcilerMetrics.loopFailures, dimensions: dimensions, factory: surroundings.metrics)
        let succeeded = Meter(
            label: ReconcilerMetrics.loopLastSuccess, dimensions: dimensions, factory: surroundings.metrics)
        let board = surroundings.board
        // The lease outlasts the pause, so that the loop keeps its pace and does not wander between replicas.
        let pace = LeasedLoop.Pace(interval: interval, lease: max(interval * 2, .seconds(30)))
        board.register(name, every: pace)
        loop = LeasedLoop(name, holder: surroundings.holder, pace: pace, pool: surroundings.pool, logger: logger) { _ in
            do {
                try await step()
                succeeded.set(Date().timeIntervalSince1970)
                board.ran(name)
            } catch {
                if Task.isCancelled { throw CancellationError() }
                board.failed(name, "\(error)")
                failures.increment()
                logger.warning("A step of a loop failed", metadata: ["loop": "\(name)", "error": "\(error)"])
            }
        }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { await loop.run() }
    }
}
