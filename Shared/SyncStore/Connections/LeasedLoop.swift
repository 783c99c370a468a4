public import Logging
public import Postgres

/// Runs a step again and again in whichever replica holds its lease.
///
/// A step that takes longer than the lease checks it (`Leases.check`) in each transaction that rests on being alone.
public struct LeasedLoop: Sendable {
    /// How often and how long.
    public struct Pace: Sendable {
        /// From the end of a step to the next.
        public var interval: Duration
        /// How long a lease lasts; more than a step takes.
        public var lease: Duration

        /// Takes the times.
        public init(interval: Duration, lease: Duration = .seconds(30)) {
            self.interval = interval
            self.lease = lease
        }
    }

    private let name: String
    private let holder: String
    private let pace: Pace
    private let pool: PostgresPool
    private let clock: any Clock<Duration>
    private let logger: Logger
    private let board: LoopBoard?
    private let step: @Sendable (_ epoch: Int64) async throws -> Void

    /// Makes the loop.
    ///
    /// - Parameters:
    ///   - name: of the lease.
    ///   - holder: names this process.
    ///   - board: gets to know when a step came to its end, or failed; nil where nobody asks.
    ///   - step: what is done; an error is logged, and the step is done again after the interval.
    public init(
        _ name: String, holder: String, pace: Pace, pool: PostgresPool,
        clock: any Clock<Duration> = ContinuousClock(), logger: Logger, board: LoopBoard? = nil,
        step: @escaping @Sendable (_ epoch: Int64) async throws -> Void
    ) {
        self.name = name
        self.holder = holder
        self.pace = pace
        self.pool = pool
        self.clock = clock
        self.logger = logger
        self.board = board
        self.step = step
    }

    /// Runs until the task is cancelled, then gives the lease back.
    public func run() async {
        var held: Int64?
        while !Task.isCancelled {
            do {
                held = try await pool.run(Leases.acquire(name, holder: holder, lease: pace.lease))
                if let held {
                    try await step(held)
                    board?.ran(name)
                }
            } catch is CancellationError {
                break
            } catch {
                board?.failed(name, "\(error)")
                logger.info("a step of a leased loop failed", metadata: ["loop": "\(name)", "error": "\(error)"])
            }
            // Cancelled means that the loop ends.
            try? await clock.sleep(for: pace.interval)
        }
        guard let held else { return }
        // A task of its own, awaited here: in the cancelled one no statement would run.
        await Task {
            do {
                try await pool.run(Leases.release(name, epoch: held))
            } catch {
                logger.debug("a lease was not given back", metadata: ["loop": "\(name)", "error": "\(error)"])
            }
        }.value
    }
}
