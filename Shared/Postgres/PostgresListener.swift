public import Logging
internal import Synchronization

/// Keeps one connection that listens on channels, and connects again when it is lost.
///
/// A wake-up is a hint only (`PostgresConnection.listen`). After each connect every stream is woken once, since what
/// happened meanwhile was not heard.
public final class PostgresListener: Sendable {
    private typealias Streams = [String: [UInt64: AsyncStream<Void>.Continuation]]

    private let configuration: PostgresConfiguration
    private let channels: [String]
    private let logger: Logger
    private let backoff = Backoff(first: .milliseconds(100), longest: .seconds(5))
    private let random: @Sendable () -> Double
    private let streams: Mutex<(next: UInt64, byChannel: Streams)>

    /// Makes a listener without connecting.
    ///
    /// - Parameters:
    ///   - configuration: must lead to the server itself; a transaction pooler does not pass notifications on.
    ///   - channels: all that will be asked for.
    ///   - random: a number from 0 to 1, for the jitter of waiting times.
    public init(
        _ configuration: PostgresConfiguration, channels: [String],
        logger: Logger = Logger(label: "plumbline.postgres"),
        random: @escaping @Sendable () -> Double = { .random(in: 0...1) }
    ) {
        self.configuration = configuration
        self.channels = channels
        self.logger = logger
        self.random = random
        streams = Mutex((0, [:]))
    }

    /// Gives the wake-ups of a channel, as many streams as are asked for; they end with the reader's task.
    public func wakeups(_ channel: String) -> AsyncStream<Void> {
        precondition(channels.contains(channel), "the listener was not made for the channel \(channel)")
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id = streams.withLock { streams in
            streams.next += 1
            streams.byChannel[channel, default: [:]][streams.next] = continuation
            return streams.next
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.streams.withLock { $0.byChannel[channel]?.removeValue(forKey: id) }
        }
        return stream
    }

    /// Listens until the task is cancelled.
    public func run() async {
        var failures = 0
        while !Task.isCancelled {
            do {
                let connection = try await PostgresConnection.connect(configuration, logger: logger)
                failures = 0
                await listen(on: connection)
                await connection.close()
                if !Task.isCancelled { logger.info("the connection that listens was lost") }
            } catch {
                failures += 1
                logger.debug("the listener could not connect", metadata: ["error": "\(error)"])
            }
            // Cancelled means that the loop ends.
            try? await Task.sleep(for: backoff.delay(after: failures + 1, random: random()))
        }
    }

    private func listen(on connection: PostgresConnection) async {
        await withTaskGroup { group in
            for channel in channels {
                do {
                    let wakeups = try await connection.listen(channel)
                    group.addTask {
                        self.wake(channel)
                        for await _ in wakeups { self.wake(channel) }
                    }
                } catch {
                    logger.debug("the listener could not listen", metadata: ["error": "\(error)"])
                    break
                }
            }
            // All streams end with the connection; one that ends tells enough.
            await group.next()
            group.cancelAll()
        }
    }

    private func wake(_ channel: String) {
        let continuations = streams.withLock { Array($0.byChannel[channel, default: [:]].values) }
        for continuation in continuations { continuation.yield() }
    }
}
