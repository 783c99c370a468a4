import IntegrationSupport
import Messaging
import RabbitMQ
import Synchronization
import SystemSupport
import Testing

/// RabbitMQ as a cluster of three nodes with quorum queues.
@Suite("A broker of three nodes", .enabled(if: PrivateBroker.isInstalled), .serialized, .timeLimit(.minutes(6)))
struct ClusterTests {
    @Test(
        """
        Each queue has three copies; when the node that leads one is killed nothing confirmed is lost and the work goes on \
        at another node, and a node left alone confirms nothing until it sees another one again
        """)
    func nodes() async throws {
        try await PrivateCluster.run { cluster in
            let line = try ClusterLine(cluster)
            try await line.publisher.start(within: .seconds(60))
            let consumer = Task { try await line.consume() }
            try await line.confirms(2_000)

            let queues = try await cluster.queues()
            for queue in line.topology.queues where queue.kind == .quorum {
                #expect(queues[queue.name]?.members == [0, 1, 2], "\(queue.name): \(queues)")
            }
            let leader = try #require(queues[line.queue]?.leader)

            // Messages are on their way when it dies, and afterwards.
            let publishing = Task { try await line.confirms(4_000) }
            try await eventually("some more are confirmed") { line.confirmed.count > 2_300 }
            await cluster.crash(leader)
            try await publishing.value
            try await eventually("all that was confirmed arrives", within: .seconds(60)) { line.missing.isEmpty }
            #expect(line.publisher.health.isConnected)

            let second = try #require(cluster.running.first)
            await cluster.crash(second)
            let alone = await line.publish(100)
            #expect(alone.allSatisfy { !$0.isConfirmed }, "\(Set(alone.map { "\($0)" }))")
            try await cluster.restart(second)
            try await line.confirms(1_000)
            try await eventually("all that was confirmed arrives", within: .seconds(60)) { line.missing.isEmpty }
            consumer.cancel()
            _ = await consumer.result
            await line.close()
        }
    }
}

/// One publisher and one consumer of the router's queue, and what was confirmed to the one and came to the other.
private final class ClusterLine: Sendable {
    private struct State {
        var next = 0
        var confirmed: Set<String> = []
        var received: Set<String> = []
    }

    let names = BrokerNames(prefix: "cluster-")
    let topology: Topology
    let publisher: RabbitPublisher
    private let consumer: RabbitConsumer
    private let state = Mutex(State())

    init(_ cluster: PrivateCluster) throws {
        topology = try Topology.plumbline(names, connections: ["hubspot"])
        var configuration = try RabbitConfiguration(url: cluster.url)
        configuration.publishTimeout = .seconds(5)
        publisher = RabbitPublisher(configuration, topology: topology, logger: RelayedMessages.quiet)
        consumer = RabbitConsumer(
            configuration, topology: topology, queue: names.routerEvents, logger: RelayedMessages.quiet)
    }

    var queue: String { names.routerEvents }

    /// The ids of the messages that the broker has taken responsibility for.
    var confirmed: Set<String> { state.withLock(\.confirmed) }

    /// What was confirmed and has not come yet.
    var missing: Set<String> { state.withLock { $0.confirmed.subtracting($0.received) } }

    /// Publishes so many new messages once.
    func publish(_ count: Int) async -> [PublishOutcome] {
        let first = state.withLock { state in
            state.next += count
            return state.next - count
        }
        let batch = (first..<first + count).map { message("m-\($0)") }
        return await publish(batch)
    }

    /// Publishes so many new messages, each until it is confirmed, as the relay does.
    func confirms(_ count: Int) async throws {
        let end = ContinuousClock.now + .seconds(60)
        for start in stride(from: 0, to: count, by: 100) {
            let first = state.withLock { state in
                state.next += 100
                return state.next - 100
            }
            var left = (first..<first + min(100, count - start)).map { message("m-\($0)") }
            while !left.isEmpty {
                let outcomes = await publish(left)
                left = zip(left, outcomes).filter { !$1.isConfirmed }.map(\.0)
                guard left.isEmpty || ContinuousClock.now < end else { throw NotConfirmed(count: left.count) }
                try Task.checkCancellation()
            }
        }
    }

    /// Takes what comes, until the task is cancelled.
    func consume() async throws {
        while true {
            let batch = try await consumer.nextBatch()
            state.withLock { state in for message in batch { state.received.insert(message.id) } }
            try await consumer.acknowledge(batch)
        }
    }

    func close() async {
        await publisher.shutDown(within: .seconds(1))
        await consumer.shutDown(within: .seconds(1))
    }

    private func publish(_ batch: [OutgoingMessage]) async -> [PublishOutcome] {
        let outcomes = await publisher.publish(batch)
        state.withLock { state in
            for (message, outcome) in zip(batch, outcomes) where outcome.isConfirmed {
                state.confirmed.insert(message.id)
            }
        }
        return outcomes
    }

    private func message(_ id: String) -> OutgoingMessage {
        OutgoingMessage(
            id: id, exchange: names.events, routingKey: "crm.customer.changed", body: Array("body of \(id)".utf8))
    }
}

private struct NotConfirmed: Error {
    let count: Int
}
