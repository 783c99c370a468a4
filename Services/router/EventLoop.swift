import CanonicalModel
import Logging
import Messaging
import Metrics
import Postgres
import ServiceLifecycle
import SyncCore
import SyncStore

/// Takes events off the router's queue, has them routed in batches, hands the commands to the relay and acknowledges.
///
/// A batch that fails for the database's sake is tried again until it works or the service stops; what was not
/// acknowledged comes again. A batch that fails for the sake of one event is routed one by one, so that the faulty one
/// alone becomes a dead letter.
struct EventLoop: Service, CustomStringConvertible {
    let description = "event loop"
    let source: any MessageSource
    let router: BatchRouter
    let letters: EventLetters
    /// Gets the messages of a batch to publish, and those that it has opened again.
    let hand: @Sendable ([StoredMessage], [CanonicalID]) async -> Void
    let concurrency: Int
    let logger: Logger
    private let routed = Counter(label: "router_events_routed_total")

    init(
        source: any MessageSource, router: BatchRouter, letters: EventLetters, concurrency: Int, logger: Logger,
        hand: @escaping @Sendable ([StoredMessage], [CanonicalID]) async -> Void
    ) {
        self.source = source
        self.router = router
        self.letters = letters
        self.concurrency = concurrency
        self.logger = logger
        self.hand = hand
    }

    func run() async throws {
        await withDiscardingTaskGroup { group in
            for _ in 0..<concurrency { group.addTask { await work() } }
        }
    }

    private func work() async {
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do {
                let batch = try await cancelWhenGracefulShutdown { try await source.nextBatch() }
                try await settleAll(of: batch)
                try await source.acknowledge(batch)
            } catch is CancellationError {
                return
            } catch is SourceClosed {
                return
            } catch {
                logger.warning("A batch of events could not be routed", metadata: [LogKeys.error: "\(error)"])
                await pause()
            }
        }
    }

    /// Tries a batch until it is settled.
    ///
    /// One that were put aside would stay with the broker unacknowledged, and nobody would come back to it. What was
    /// settled before is recognised, so that trying again does nothing twice.
    private func settleAll(of batch: [IncomingMessage]) async throws {
        while true {
            do {
                return try await settle(batch)
            } catch let error as CancellationError {
                throw error
            } catch {
                logger.warning("A batch of events waits", metadata: [LogKeys.error: "\(error)"])
                if Task.isShuttingDownGracefully || Task.isCancelled { throw CancellationError() }
                await pause()
            }
        }
    }

    /// Returns when every message of the batch is settled, parked or a dead letter.
    private func settle(_ batch: [IncomingMessage]) async throws {
        var deliveries: [BatchRouter.Delivery] = []
        let probes = batch.compactMap(router.canaries.read)
        if !probes.isEmpty { await hand(try await router.canaries.forward(probes), []) }
        for message in batch where probes.isEmpty || router.canaries.read(message) == nil {
            do {
                deliveries.append(try read(message))
            } catch {
                try await letters.bury(message, fault: error)
            }
        }
        guard !deliveries.isEmpty else { return }
        while true {
            do {
                try await route(deliveries)
                return
            } catch  where Self.isPassing(error) {
                logger.warning("The database is not there; the batch waits", metadata: [LogKeys.error: "\(error)"])
                if Task.isShuttingDownGracefully { throw CancellationError() }
                await pause()
            } catch {
                guard deliveries.count > 1 else {
                    if let fault = error as? CodingFault {
                        try await letters.bury(deliveries[0].message, fault: fault)
                    } else {
                        try await letters.bury(deliveries[0].message, failure: error)
                    }
                    return
                }
                for delivery in deliveries { try await settle([delivery.message]) }
                return
            }
        }
    }

    private func route(_ deliveries: [BatchRouter.Delivery]) async throws {
        let outcome = try await router.route(deliveries)
        routed.increment(by: outcome.routed)
        await hand(outcome.messages, outcome.reopened)
    }

    private func read(_ message: IncomingMessage) throws(CodingFault) -> BatchRouter.Delivery {
        BatchRouter.Delivery(
            key: MessageKey(of: message, in: router.names.routerEvents),
            event: try EventCoding.decode(message.body), message: message)
    }

    /// Whether the same batch may work later: the connection, the pool or a lock is at fault, not the events.
    private static func isPassing(_ error: any Error) -> Bool {
        switch error {
        case let error as PostgresError:
            // Two routers have made one record at once, each by another object that tells of it: it is there now.
            return error.isRetryable || error.constraint == "record_pkey" || error.sqlstate?.hasPrefix("57") == true
                || error.sqlstate?.hasPrefix("53") == true
                || [.connectionFailed, .connectionLost, .poolExhausted, .timedOut, .commitOutcomeUnknown, .closed]
                    .contains(error.code)
        case let error as StoreError:
            return [.linkTaken, .staleRecord, .policyMoved].contains(error.code)
        case RouterError.noPolicy: return true
        default: return false
        }
    }

    private func pause() async {
        try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .milliseconds(.random(in: 50...250))) }
    }
}
