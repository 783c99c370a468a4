import CanonicalModel
import IntegrationSupport
import Logging
import Messaging
import RabbitMQ
import SyncStore
import Synchronization
import SystemSupport
import Testing

@Suite(
    "Queues that a broker brings back silent", .database,
    .enabled(if: PrivateBroker.isInstalled, "RabbitMQ is not installed below /usr/lib/rabbitmq"),
    .timeLimit(.minutes(3)))
struct DeadQueueTests {
    private static let count = 100
    /// Short, so that a queue is suspect soon.
    private static let callTimeout = Duration.seconds(2)

    /// What a kill may leave of a queue.
    enum Remains: String, CaseIterable, Sendable {
        case withoutLeader = "without a leader"
        case withoutProcess = "without a process"

        /// One that turns its consumers away is examined twice.
        var patience: Duration { self == .withoutLeader ? .seconds(60) : .seconds(90) }
    }

    @Test(
        "R24.6: a queue without a leader, or a process, is declared anew by one of two replicas, and all that was in it arrives",
        arguments: Remains.allCases)
    func dead(_ remains: Remains) async throws {
        try await RelayedMessages.run(
            Self.count, prefix: "dead-", callTimeout: Self.callTimeout
        ) { relayed, broker in
            await broker.crash()
            try await broker.start()
            switch remains {
            case .withoutLeader: try await broker.behead(relayed.queue)
            case .withoutProcess: try await broker.takeProcess(of: relayed.queue)
            }
            let told = Mutex<Set<String>>([])
            let lines = Lines()
            let replicas = (0..<2).map { _ in
                relayed.consumer(logger: lines.logger) { queue in
                    told.withLock { _ = $0.insert(queue) }
                    relayed.lostQueues.note(queue)
                }
            }
            let working = replicas.map { consumer in Task { try await settleAll(from: consumer, in: relayed) } }
            try await eventually("all messages are settled", within: remains.patience) {
                try await relayed.count(status: 2) == Self.count
            }
            try await eventually("both replicas consume") { replicas.allSatisfy(\.health.isConnected) }
            // A replica that connects between deletion and declaration misses the queue as well and tells of it, too:
            // that is one more look of the relay. Deleted it is once.
            #expect(lines.count { $0.contains("a dead queue was deleted") } == 1)
            #expect(told.withLock(\.self) == [relayed.queue])
            for consumer in replicas { await consumer.shutDown() }
            var settled: [CanonicalID] = []
            for task in working { settled += try await task.value }
            #expect(settled.count == Self.count)
            #expect(Set(settled) == Set(relayed.messages.map(\.id)))
        }
    }

    @Test("A queue that only stands still is left alone, and says so; what no table knows of is still in it")
    func busy() async throws {
        try await PrivateBroker.run { broker in
            let names = BrokerNames(prefix: "busy-")
            let topology = Topology.events(names)
            let configuration = try broker.configuration(callTimeout: Self.callTimeout)
            let publisher = RabbitPublisher(configuration, topology: topology, logger: RelayedMessages.quiet)
            let strangers = (0..<3).map {
                OutgoingMessage(id: "m-\($0)", exchange: names.events, routingKey: "crm.customer.changed", body: [])
            }
            #expect(await publisher.publish(strangers) == [.confirmed, .confirmed, .confirmed])
            let lines = Lines()
            let consumer = RabbitConsumer(
                configuration, topology: topology, queue: names.routerEvents, logger: lines.logger)
            try await broker.withSuspended(names.routerEvents) {
                // From here on it tries, whoever waits for it.
                await #expect(throws: RabbitError.self) { try await consumer.start(within: .zero) }
                try await eventually("the queue is examined twice", within: .seconds(90)) {
                    lines.count { $0.contains("left alone") && $0.contains("it is busy") } >= 2
                }
            }
            var ids: Set<String> = []
            while ids.count < strangers.count {
                let batch = try await consumer.nextBatch()
                ids.formUnion(batch.map(\.id))
                try await consumer.acknowledge(batch)
            }
            #expect(ids == Set(strangers.map(\.id)))
            await consumer.shutDown()
            await publisher.shutDown()
        }
    }

    /// Settles what comes until the consumer is shut down; returns what this replica has settled.
    private func settleAll(
        from consumer: RabbitConsumer, in relayed: RelayedMessages
    ) async throws -> [CanonicalID] {
        var settled: [CanonicalID] = []
        do {
            while true { settled += try await relayed.settleNext(of: consumer) }
        } catch is SourceClosed {
            return settled
        }
    }
}

/// Keeps what is logged.
private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])

    var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

    func count(where matches: (String) -> Bool) -> Int {
        lines.withLock { $0.count(where: matches) }
    }

    private struct Handler: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            lines.lines.withLock { $0.append("\(event.message) \(event.metadata ?? [:])") }
        }
    }
}
