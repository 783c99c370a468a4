import Logging
import Messaging
import Metrics
import Postgres
import ServiceLifecycle

/// Takes what died at the broker off its dead-letter queues into the table of dead letters.
///
/// Every queue of ours has one of its own; a connection that is declared while the router runs is found at the next look.
/// A message is acknowledged once its letter is committed.
struct DeadLetterCollector: Service, CustomStringConvertible {
    /// A dead-letter queue that is being read.
    struct Source: Sendable {
        var messages: any MessageSource
        /// Closes the connection on a shutdown, once what was handed out is settled.
        var connection: any Service
    }

    let description = "dead-letter collector"
    let letters: BrokerLetters
    /// The queues that have dead letters, as they are now.
    let queues: @Sendable () async throws -> [String]
    /// Reads the dead letters of a queue.
    let open: @Sendable (_ queue: String) -> Source
    /// From one look for new queues to the next.
    let interval: Duration
    let logger: Logger
    private let collected = Counter(label: "router_dead_letters_collected_total")

    init(
        letters: BrokerLetters, interval: Duration = .seconds(30), logger: Logger,
        queues: @escaping @Sendable () async throws -> [String], open: @escaping @Sendable (String) -> Source
    ) {
        self.letters = letters
        self.interval = interval
        self.logger = logger
        self.queues = queues
        self.open = open
    }

    func run() async throws {
        await withDiscardingTaskGroup { group in
            var known: Set<String> = []
            while !Task.isShuttingDownGracefully, !Task.isCancelled {
                do {
                    for queue in try await queues() where known.insert(queue).inserted {
                        let source = open(queue)
                        // It throws nothing: it waits for the shutdown and closes.
                        group.addTask { try? await source.connection.run() }
                        group.addTask { await collect(queue, from: source) }
                    }
                } catch {
                    logger.warning("Cannot look for dead-letter queues", metadata: [LogKeys.error: "\(error)"])
                }
                await pause(interval)
            }
        }
    }

    private func collect(_ queue: String, from source: Source) async {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do {
                let batch = try await cancelWhenGracefulShutdown { try await source.messages.nextBatch() }
                try await store(batch, of: queue)
                try await source.messages.acknowledge(batch)
            } catch is CancellationError {
                break
            } catch is SourceClosed {
                break
            } catch {
                logger.warning(
                    "Cannot read dead letters of the broker",
                    metadata: [LogKeys.queue: "\(queue)", LogKeys.error: "\(error)"])
                await pause(.milliseconds(.random(in: 50...250)))
            }
        }
    }

    /// Tries until the letters are committed: a batch that were put aside would stay unacknowledged with nobody to come
    /// back to it.
    private func store(_ batch: [IncomingMessage], of queue: String) async throws {
        while true {
            do {
                let count = try await letters.store(batch, of: queue)
                collected.increment(by: count)
                if count > 0 {
                    logger.error(
                        "Messages died at the broker and became dead letters",
                        metadata: [LogKeys.queue: "\(queue)", LogKeys.count: "\(count)"])
                }
                return
            } catch {
                if Task.isShuttingDownGracefully || Task.isCancelled { throw CancellationError() }
                logger.warning(
                    "Dead letters of the broker wait",
                    metadata: [LogKeys.queue: "\(queue)", LogKeys.error: "\(error)"])
                await pause(.milliseconds(.random(in: 500...2000)))
            }
        }
    }

    private func pause(_ time: Duration) async {
        // Cancelled means that the collector ends.
        try? await cancelWhenGracefulShutdown { try await Task.sleep(for: time) }
    }
}
