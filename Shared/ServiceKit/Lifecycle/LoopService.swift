public import Logging
public import ServiceLifecycle

/// Does one round of work again and again until its group shuts down.
///
/// A shutdown never interrupts a round, only the pause behind it. A round that throws is logged and tried again after a
/// growing pause; it never ends the loop, since what fails now may work when a server is back.
public struct LoopService: Service, CustomStringConvertible {
    /// Says when the next round begins.
    public enum Next: Sendable, Hashable {
        /// At once: there is more to do.
        case more
        /// After the loop's interval.
        case idle
        /// After a time of its own.
        case after(Duration)
    }

    private static let longestPause = Duration.seconds(30)

    /// Its name in logs.
    public let description: String
    private let interval: Duration
    private let logger: Logger
    private let jitter: @Sendable () -> Double
    private let round: @Sendable () async throws -> Next

    /// Makes a loop.
    ///
    /// - Parameters:
    ///   - name: shown in logs.
    ///   - interval: the pause after a round that found nothing more to do.
    ///   - jitter: a number from 0 to 1 that spreads the pauses after failures.
    ///   - round: the work; runs in the task of the service.
    public init(
        _ name: String, every interval: Duration, logger: Logger,
        jitter: @escaping @Sendable () -> Double = { .random(in: 0...1) },
        round: @escaping @Sendable () async throws -> Next
    ) {
        description = name
        self.interval = interval
        self.logger = logger
        self.jitter = jitter
        self.round = round
    }

    /// Runs rounds until the shutdown.
    public func run() async throws {
        var failures = 0
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do {
                let next = try await round()
                failures = 0
                switch next {
                case .more: continue
                case .idle: await pause(interval)
                case .after(let time): await pause(time)
                }
            } catch is CancellationError where Task.isCancelled {
                return
            } catch {
                failures += 1
                let time = Self.pause(after: failures, jitter: jitter())
                logger.warning(
                    "A round of a loop failed",
                    metadata: ["loop": "\(description)", "attempt": .stringConvertible(failures), "error": "\(error)"])
                await pause(time)
            }
        }
    }

    /// From half of to the whole of 0.2, 0.4, 0.8 … seconds, at most half a minute.
    static func pause(after failures: Int, jitter: Double) -> Duration {
        let whole = min(Duration.milliseconds(100) * (1 << min(failures, 10)), longestPause)
        return whole * (0.5 + 0.5 * min(max(jitter, 0), 1))
    }

    private func pause(_ time: Duration) async {
        await cancelWhenGracefulShutdown {
            // Cancelled means that the loop ends.
            try? await Task.sleep(for: time)
        }
    }
}
