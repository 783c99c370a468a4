import Logging
import ServiceLifecycle
import SyncStore

/// Runs rounds of work in a number of workers, whenever there is a reason to and at every tick.
///
/// A round that throws is logged, and its worker pauses; nothing ends the pool but the shutdown, which lets running rounds
/// come to their end.
struct WorkerPool: Sendable {
    let name: String
    let workers: Int
    /// How often somebody looks without a signal: for what other replicas and due times bring.
    let tick: Duration
    /// How long work waits for those who are at work already, before a further worker takes it up.
    let stagger: Duration
    let signal: WorkSignal
    let logger: Logger
    /// Gets to know when a round ended well, and when one failed; nil where nobody asks.
    let board: LoopBoard?
    let round: @Sendable () async throws -> Bool

    /// Takes the parts.
    ///
    /// - Parameter round: does a claim's worth; true when there may be more at once.
    init(
        _ name: String, workers: Int, tick: Duration, stagger: Duration = .milliseconds(10), logger: Logger,
        board: LoopBoard? = nil,
        round: @escaping @Sendable () async throws -> Bool
    ) {
        self.name = name
        self.workers = workers
        self.tick = tick
        self.stagger = stagger
        self.logger = logger
        self.board = board
        self.round = round
        signal = WorkSignal(workers: workers)
    }

    /// Runs until the graceful shutdown.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await beat() }
            group.addTask { await reinforce() }
            for _ in 0..<workers { group.addTask { await work() } }
        }
    }

    private func beat() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                signal.fire()
                // Cancelled means that the pool ends.
                try? await Task.sleep(for: tick)
            }
        }
        signal.finish()
    }

    private func reinforce() async {
        for await _ in signal.waiting {
            // Cancelled means that the pool ends.
            try? await Task.sleep(for: stagger)
            signal.wakeAnother()
        }
    }

    private func work() async {
        var failures = 0
        while await signal.wait() {
            do {
                while try await round() {
                    failures = 0
                    board?.ran(name)
                    if Task.isShuttingDownGracefully || Task.isCancelled { return }
                    // There was work for one: perhaps there is for another, too.
                    signal.fire()
                }
                failures = 0
                board?.ran(name)
            } catch {
                failures += 1
                board?.failed(name, "\(error)")
                logger.warning(
                    "A round of work failed",
                    metadata: ["loop": "\(name)", "attempt": .stringConvertible(failures), "error": "\(error)"])
                let pause = Duration.milliseconds(50 * (1 << min(failures, 8)))
                await cancelWhenGracefulShutdown { try? await Task.sleep(for: pause * Double.random(in: 0.5...1)) }
            }
        }
    }
}
