public import CanonicalModel
public import Logging
public import Messaging
public import Postgres
internal import Synchronization

/// Publishes the messages that a service has produced, and those that others have left behind.
///
/// A producer inserts its rows with this relay's lease on them and, after its commit, hands the messages over; they are
/// published from memory and marked once the broker has confirmed them. What is not confirmed stays pending and is
/// claimed again by whichever relay sees its lease run out; what is confirmed and never settled, too, after a longer
/// time. No transaction is held while the broker is asked.
public final class Relay: Sendable {
    /// How the relay works.
    public let settings: RelaySettings

    private let pool: PostgresPool
    private let publisher: any MessagePublisher
    private let clock: any Clock<Duration>
    private let logger: Logger
    private let queue: RelayQueue
    private let work = RelaySignal()
    private let confirmed = Mutex<[MessageKey]>([])
    private let marking = RelaySignal()
    private let lostQueues: LostQueues
    private let looking: RelaySignal
    private let sweepsAll = Mutex(true)
    /// Messages that were opened again, and whether it is time to look for others.
    private let reasons = Mutex((opened: [CanonicalID](), isTime: false))
    /// Names this relay among those of the installation.
    private let name: String
    private let isEnding = Mutex(false)
    /// Where the walk over the table goes on.
    private let cursor = Mutex(CanonicalID.lowest)

    /// Makes a relay.
    ///
    /// - Parameters:
    ///   - lostQueues: what the connections to the broker tell; no other relay takes from it.
    ///   - clock: measures the waits of this process; leases are measured by the database.
    public init(
        pool: PostgresPool, publisher: any MessagePublisher, lostQueues: LostQueues = LostQueues(),
        settings: RelaySettings = RelaySettings(), clock: any Clock<Duration> = ContinuousClock(), logger: Logger
    ) {
        self.pool = pool
        self.publisher = publisher
        self.lostQueues = lostQueues
        looking = lostQueues.looking
        self.settings = settings
        self.clock = clock
        self.logger = logger
        name = "\(IDSource.random.next(Instant(microseconds: 0)))"
        queue = RelayQueue(capacity: settings.capacity, byteCapacity: settings.byteCapacity)
    }

    /// The lease that a producer puts on the rows that it inserts.
    public var lease: Duration { settings.lease }

    /// Takes over messages whose rows are committed; never waits.
    ///
    /// What finds no room in memory is published by recovery, once its lease has run out.
    public func hand(_ messages: [StoredMessage]) {
        guard !messages.isEmpty else { return }
        let taken = queue.append(messages)
        work.fire()
        if taken < messages.count {
            logger.info(
                "messages are left to recovery, since memory is full",
                metadata: [LogKeys.count: "\(messages.count - taken)"])
        }
    }

    /// Publishes messages that were opened again, which nobody has in memory; never waits.
    public func publishReopened(_ ids: some Collection<CanonicalID>) {
        guard !ids.isEmpty else { return }
        reasons.withLock { $0.opened.append(contentsOf: ids) }
        looking.fire()
    }

    /// Runs until the task is cancelled; then publishes what is in memory, within the time of `settings.drain`.
    public func run() async {
        await withTaskCancellationHandler {
            // A task of its own, awaited here: in a cancelled one nothing could be published to the end.
            await Task { await runLoops() }.value
        } onCancel: {
            stop()
        }
    }

    private func stop() {
        isEnding.withLock { $0 = true }
        queue.close()
        work.finish()
        looking.finish()
    }

    private func runLoops() async {
        let ticker = Task {
            while !Task.isCancelled {
                reasons.withLock { $0.isTime = true }
                looking.fire()
                // Cancelled means that the loop ends.
                try? await clock.sleep(for: settings.recoveryInterval)
            }
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.marking.forEach { await self.mark() } }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await self.work.forEach { await self.publishAll() } }
                group.addTask { await self.looking.forEach { await self.recover() } }
                await group.waitForAll()
            }
            ticker.cancel()
            await ticker.value
            await drain()
            marking.finish()
        }
        await flushMarks()
    }

    private func drain() async {
        let deadline = ContinuousClock.now + settings.drain
        while !queue.isEmpty, .now < deadline { await publish(queue.next(settings.batch)) }
        let left = queue.next(.max).count
        guard left > 0 else { return }
        logger.info(
            "messages are left to the relays of others, since this one ends", metadata: [LogKeys.count: "\(left)"])
    }

    // MARK: Publishing

    private func publishAll() async {
        await withTaskGroup(of: Void.self) { group in
            var inFlight = 0
            while true {
                let batch = queue.next(settings.batch)
                guard !batch.isEmpty else { break }
                if inFlight == settings.batchesInFlight {
                    await group.next()
                    inFlight -= 1
                }
                group.addTask { await self.publish(batch) }
                inFlight += 1
            }
        }
    }

    private func publish(_ batch: [StoredMessage]) async {
        let outcomes = await publisher.publish(batch.map(OutgoingMessage.init))
        var keys: [MessageKey] = []
        keys.reserveCapacity(batch.count)
        var failures: [String: (count: Int, message: StoredMessage)] = [:]
        var unanswered: [StoredMessage] = []
        for (message, outcome) in zip(batch, outcomes) {
            if case .unknown = outcome { unanswered.append(message) }
            if let reason = outcome.failure {
                failures[reason, default: (0, message)].count += 1
            } else {
                keys.append(message.key)
            }
        }
        for (reason, failure) in failures {
            // They stay pending; the lease brings them back.
            logger.info(
                "messages were not confirmed and are published again",
                metadata: [
                    LogKeys.error: "\(reason)", LogKeys.count: "\(failure.count)",
                    LogKeys.queue: "\(failure.message.queue)", LogKeys.messageID: "\(failure.message.id)",
                ])
        }
        if !keys.isEmpty {
            confirmed.withLock { $0.append(contentsOf: keys) }
            marking.fire()
        }
        await publishAgain(unanswered)
    }

    /// Keeps in memory what the broker has not answered: the publisher takes it to the broker as soon as that is back,
    /// and not when a lease that has grown with each failure runs out.
    private func publishAgain(_ messages: [StoredMessage]) async {
        guard !messages.isEmpty, !isEnding.withLock({ $0 }) else { return }
        // A broker that breaks under what it is sent must not be sent it without a pause.
        try? await clock.sleep(for: settings.pause)
        if queue.append(messages) > 0 { work.fire() }
    }

    // MARK: Marking

    private func mark() async {
        if !isEnding.withLock({ $0 }) {
            // Cancelled means that the relay ends.
            try? await clock.sleep(for: settings.markDelay)
        }
        await flushMarks()
    }

    private func flushMarks() async {
        while true {
            let keys = confirmed.withLock { keys in
                let some = Array(keys.prefix(1000))
                keys.removeFirst(some.count)
                return some
            }
            guard !keys.isEmpty else { return }
            do {
                _ = try await pool.run(MessageTable.markPublished(keys, settings.backoff))
            } catch {
                // Unmarked, they are published once more; their consumer takes each once.
                logger.info(
                    "confirmed messages could not be marked and may be published again",
                    metadata: [LogKeys.count: "\(keys.count)", LogKeys.error: "\(error)"])
            }
        }
    }

    // MARK: Recovery

    private func recover() async {
        do {
            while let name = lostQueues.take() { try await reopen(name) }
            let (opened, isTime) = reasons.withLock { reasons in
                defer { reasons = ([], false) }
                return reasons
            }
            try await claim(opened)
            let all = sweepsAll.withLock { all in
                defer { all = false }
                return all
            }
            if all {
                cursor.withLock { $0 = .lowest }
                while try await recoverPage() {}
            } else {
                guard isTime, try await mayLook() else { return }
                _ = try await recoverPage()
            }
            try await recoverTail()
        } catch {
            logger.info("looking for due messages failed", metadata: [LogKeys.error: "\(error)"])
        }
    }

    /// Whether it is this relay's turn: one look per interval is enough for an installation, however many relays it has.
    private func mayLook() async throws -> Bool {
        try await pool.run(Leases.acquire("relay", holder: name, lease: settings.recoveryInterval)) != nil
    }

    /// Makes what the broker has lost together with its queue due at once.
    private func reopen(_ queue: String) async throws {
        // What the lost queue had confirmed and nobody has marked yet would be taken for confirmed by the new one.
        await flushMarks()
        do {
            let count = try await pool.run(MessageTable.queueWasLost(queue))
            guard count > 0 else { return }
            logger.info(
                "confirmed messages are published again, since their queue was lost",
                metadata: [LogKeys.queue: "\(queue)", LogKeys.count: "\(count)"])
            sweepsAll.withLock { $0 = true }
        } catch {
            lostQueues.putBack(queue)
            throw error
        }
    }

    /// Walks over the next page of rows; false at the end of the table, from where it begins again.
    private func recoverPage() async throws -> Bool {
        let start = cursor.withLock { $0 }
        guard let end = try await pool.run(MessageTable.pageEnd(after: start, rows: settings.recoveryPage)) else {
            try await claim(after: start, through: nil)
            cursor.withLock { $0 = .lowest }
            return false
        }
        try await claim(after: start, through: end)
        cursor.withLock { $0 = end }
        return !isEnding.withLock { $0 }
    }

    private func recoverTail() async throws {
        try await claim(after: try await pool.run(MessageTable.idBefore(settings.recoveryTail)), through: nil)
    }

    /// Claims messages that were opened again; those that the database does not give come at the next look.
    private func claim(_ opened: [CanonicalID]) async throws {
        var rest = opened[...]
        do {
            while !rest.isEmpty {
                let batch = try await pool.run(
                    MessageTable.claim(Array(rest.prefix(settings.batch)), settings.backoff))
                rest = rest.dropFirst(settings.batch)
                await publish(batch)
            }
        } catch {
            reasons.withLock { $0.opened.append(contentsOf: rest) }
            throw error
        }
    }

    private func claim(after start: CanonicalID, through end: CanonicalID?) async throws {
        while !isEnding.withLock({ $0 }) {
            let batch = try await pool.run(
                MessageTable.claim(after: start, through: end, limit: settings.batch, settings.backoff))
            guard !batch.isEmpty else { return }
            await publish(batch)
            if batch.count < settings.batch { return }
        }
    }
}
