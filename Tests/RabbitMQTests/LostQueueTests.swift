import Messaging
import NetworkSupport
import RabbitMQ
import Testing

@Suite(
    "Queues that the broker has lost", .enabled(if: LiveBroker.isPresent, LiveBroker.reason), .timeLimit(.minutes(1)))
struct LostQueueTests {
    @Test("R24.6: a publisher tells of each queue that was not there, once it is there again, and of no other")
    func publisher() async throws {
        try await LiveBroker.withNames { names, topology in
            let (told, report) = AsyncStream.makeStream(of: String.self)
            let forwarder = try forwarder()
            let publisher = RabbitPublisher(try configuration(forwarder), topology: topology, logger: LiveBroker.logger)
            {
                report.yield($0)
            }
            var queues = told.makeAsyncIterator()
            try await publisher.start()
            var first: Set<String> = []
            for _ in topology.queues { first.insert(try #require(await queues.next())) }
            #expect(first == Set(topology.queues.map(\.name)))

            forwarder.cut()
            try await until { publisher.health.reconnects == 1 }
            let declarer = TopologyDeclarer(try LiveBroker.configuration())
            try await declarer.delete(Topology(queues: [.init(names.routerEvents)]))
            forwarder.cut()
            // Nothing was told of the first cut, when nothing was lost.
            #expect(await queues.next() == names.routerEvents)
            #expect(try await declarer.depths(of: [names.routerEvents])[names.routerEvents]?.messages == 0)
            await publisher.shutDown()
            forwarder.close()
        }
    }

    @Test("R24.6: a consumer whose queue is deleted tells of it, and takes messages while it is being told")
    func consumer() async throws {
        try await LiveBroker.withNames { names, topology in
            let publisher = try LiveBroker.publisher(topology)
            try await publisher.start()
            let (told, report) = AsyncStream.makeStream(of: String.self)
            let (released, release) = AsyncStream.makeStream(of: Never.self)
            let consumer = RabbitConsumer(
                try LiveBroker.configuration(), topology: topology, queue: names.routerEvents,
                logger: LiveBroker.logger
            ) { queue in
                report.yield(queue)
                for await _ in released {}
            }
            try await consumer.start()
            try await TopologyDeclarer(try LiveBroker.configuration())
                .delete(Topology(queues: [.init(names.routerEvents)]))
            var queues = told.makeAsyncIterator()
            #expect(await queues.next() == names.routerEvents)
            #expect(await publisher.publish(Sample.messages(0..<3, to: names.events)).allSatisfy(\.isConfirmed))
            #expect(try await Sample.collect(3, from: consumer).map(\.id) == ["m-0", "m-1", "m-2"])
            release.finish()
            await consumer.shutDown()
            await publisher.shutDown()
        }
    }

    @Test("What an attempt has declared before it failed is told after the one that succeeds")
    func failedAttempt() async throws {
        try await LiveBroker.withNames { names, topology in
            let declarer = TopologyDeclarer(try LiveBroker.configuration())
            let other = Topology.Queue(try #require(topology.queues.last).name)
            try await declarer.declare(Topology(queues: [other]))
            let (told, report) = AsyncStream.makeStream(of: String.self)
            let publisher = RabbitPublisher(
                try LiveBroker.configuration(), topology: topology, logger: LiveBroker.logger
            ) { report.yield($0) }
            await #expect(throws: RabbitError.self) { try await publisher.start() }
            try await declarer.delete(Topology(queues: [other]))
            try await publisher.start()
            var queues = told.makeAsyncIterator()
            var all: Set<String> = []
            for _ in topology.queues { all.insert(try #require(await queues.next())) }
            #expect(all == Set(topology.queues.map(\.name)))
            await publisher.shutDown()
        }
    }

    private func forwarder() throws -> TCPForwarder {
        let configuration = try LiveBroker.configuration()
        return TCPForwarder(to: configuration.host, port: configuration.port)
    }

    private func configuration(_ forwarder: TCPForwarder) throws -> RabbitConfiguration {
        var configuration = try LiveBroker.configuration()
        configuration.host = "127.0.0.1"
        configuration.port = forwarder.port
        return configuration
    }
}
