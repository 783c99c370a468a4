import CThreadSanitizer
import Logging
import Messaging
import NetworkSupport
import RabbitMQ
import Testing

@Suite(
    "Recovery from failures of broker and network", .enabled(if: LiveBroker.isPresent, LiveBroker.reason),
    .timeLimit(.minutes(4)))
struct RecoveryTests {
    @Test("A channel closed over a deleted exchange fails that batch, and the next works")
    func channelClosed() async throws {
        try await LiveBroker.withNames { names, topology in
            let publisher = try LiveBroker.publisher(topology)
            #expect(await publisher.publish(Sample.messages(0..<1, to: names.events)) == [.confirmed])
            let exchanges = Topology(exchanges: [.init(names.events)])
            try await TopologyDeclarer(try LiveBroker.configuration()).delete(exchanges)
            let outcomes = await publisher.publish(Sample.messages(1..<4, to: names.events))
            #expect(outcomes.count == 3)
            #expect(outcomes.allSatisfy { $0.isUnknown }, "\(outcomes)")
            // The topology was declared again with the new channel, on the same connection.
            #expect(await publisher.publish(Sample.messages(4..<6, to: names.events)) == [.confirmed, .confirmed])
            #expect(publisher.health.reconnects == 0)
            await publisher.shutDown()
        }
    }

    @Test("A cut connection answers what was sent as unknown, comes back and declares its topology again")
    func cut() async throws {
        try await LiveBroker.withNames { names, topology in
            let line = try Line(topology)
            #expect(await line.publisher.publish(Sample.messages(0..<10, to: names.events)).allSatisfy(\.isConfirmed))
            // What is published into the silence is sent, but nobody hears it.
            line.forwarder.setSilent(true)
            async let lost = line.publisher.publish(Sample.messages(10..<20, to: names.events))
            try await until { line.publisher.health.inFlight == 10 }
            try await TopologyDeclarer(try LiveBroker.configuration()).delete(topology)
            line.forwarder.cut()
            #expect(await lost.allSatisfy(\.isUnknown))
            line.forwarder.setSilent(false)
            #expect(await line.publisher.publish(Sample.messages(20..<30, to: names.events)).allSatisfy(\.isConfirmed))
            #expect(line.publisher.health.reconnects >= 1)
            #expect(line.publisher.health.isConnected)
            let consumer = try LiveBroker.consumer(topology, queue: names.routerEvents)
            let received = try await Sample.collect(10, from: consumer)
            #expect(received.map(\.id).contains("m-29"))
            await consumer.shutDown()
            await line.close()
        }
    }

    @Test("While there is no broker a publish waits for its deadline, not longer")
    func noBroker() async throws {
        let topology = Topology.events(BrokerNames(prefix: "t-none-"))
        let line = try Line(topology) { $0.publishTimeout = .milliseconds(700) }
        line.forwarder.setRefusing(true)
        let clock = ContinuousClock()
        var outcomes: [PublishOutcome] = []
        let time = await clock.measure {
            outcomes = await line.publisher.publish(Sample.messages(0..<2, to: "t-none-sync.events"))
        }
        #expect(outcomes == Array(repeating: .unknown("the broker gave no answer in time"), count: 2))
        #expect(time >= .milliseconds(700) && time < .seconds(5))
        let error = await #expect(throws: RabbitError.self) {
            try await line.publisher.start(within: .milliseconds(300))
        }
        #expect(error?.isTransient == true)
        await line.close()
    }

    @Test("A network that goes silent is noticed by its missing heartbeats, and publishes end at their deadline")
    func silence() async throws {
        try await LiveBroker.withNames { names, topology in
            let line = try Line(topology) {
                $0.heartbeat = .seconds(1)
                $0.publishTimeout = .seconds(2)
            }
            try await line.publisher.start()
            line.forwarder.setSilent(true)
            let outcomes = await line.publisher.publish(Sample.messages(0..<3, to: names.events))
            #expect(outcomes.allSatisfy { $0.isUnknown })
            try await until { !line.publisher.health.isConnected }
            line.forwarder.setSilent(false)
            try await line.publisher.start()
            #expect(line.publisher.health.reconnects == 1)
            #expect(await line.publisher.publish(Sample.messages(3..<6, to: names.events)).allSatisfy(\.isConfirmed))
            await line.close()
        }
    }

    @Test("An idle connection outlives many heartbeats")
    func heartbeats() async throws {
        try await LiveBroker.withNames { names, topology in
            let publisher = try LiveBroker.publisher(topology) { $0.heartbeat = .seconds(1) }
            var configuration = try LiveBroker.configuration()
            configuration.heartbeat = .seconds(1)
            let consumer = RabbitConsumer(
                configuration, topology: topology, queue: names.routerEvents, logger: LiveBroker.logger)
            try await publisher.start()
            try await consumer.start()
            // The time itself is what is tested: a side that sends nothing for two intervals is cut off.
            try await Task.sleep(for: .milliseconds(3500))
            #expect(await publisher.publish(Sample.messages(0..<1, to: names.events)) == [.confirmed])
            #expect(try await Sample.collect(1, from: consumer).map(\.id) == ["m-0"])
            #expect(publisher.health.reconnects == 0)
            #expect(consumer.health.reconnects == 0)
            await consumer.shutDown()
            await publisher.shutDown()
        }
    }

    @Test("A consumer whose queue is deleted declares it again and goes on")
    func queueDeleted() async throws {
        try await LiveBroker.withNames { names, topology in
            let publisher = try LiveBroker.publisher(topology)
            let consumer = try LiveBroker.consumer(topology, queue: names.routerEvents)
            _ = await publisher.publish(Sample.messages(0..<2, to: names.events))
            var held: [IncomingMessage] = []
            while held.count < 2 { held += try await consumer.nextBatch() }
            try await TopologyDeclarer(try LiveBroker.configuration())
                .delete(Topology(queues: [.init(names.routerEvents)]))
            // Until the consumer has declared it again, the key is unroutable.
            var outcome = PublishOutcome.refused
            while outcome != .confirmed {
                outcome = await publisher.publish([Sample.message(7, to: names.events)])[0]
            }
            // Tokens of the deleted queue settle nothing and harm nothing.
            try await consumer.acknowledge(held)
            #expect(try await Sample.collect(1, from: consumer).map(\.id) == ["m-7"])
            #expect(consumer.health.reconnects == 0)
            await consumer.shutDown()
            await publisher.shutDown()
        }
    }

    @Test("A hundred thousand messages pass with a bounded number in flight")
    func manyMessages() async throws {
        try await LiveBroker.withNames { names, topology in
            let publisher = try LiveBroker.publisher(topology) { $0.confirmWindow = 500 }
            let consumer = try LiveBroker.consumer(topology, queue: names.routerEvents, prefetch: 300)
            let total = 100_000
            let before = residentKilobytes()
            async let published: Void = withThrowingTaskGroup { group in
                for lane in 0..<4 {
                    group.addTask {
                        for start in stride(from: lane * 250, to: total, by: 1000) {
                            let batch = Sample.messages(start..<start + 250, to: names.events)
                            #expect(await publisher.publish(batch).allSatisfy(\.isConfirmed))
                            #expect(publisher.health.inFlight <= 500)
                        }
                    }
                }
                try await group.waitForAll()
            }
            var seen = Set<String>()
            while seen.count < total {
                let batch = try await consumer.nextBatch()
                #expect(consumer.health.inFlight <= 300)
                seen.formUnion(batch.map(\.id))
                try await consumer.acknowledge(batch)
            }
            try await published
            // The set of ids takes some of it; the bodies would take the rest twice over.
            #expect(residentKilobytes() - before < (thread_sanitizer_is_on() ? 500_000 : 120_000))
            await consumer.shutDown()
            await publisher.shutDown()
        }
    }
}
