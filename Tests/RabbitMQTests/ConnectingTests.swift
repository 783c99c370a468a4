import Messaging
import NetworkSupport
import RabbitMQ
import Testing

@Suite("Connecting and disconnecting", .enabled(if: LiveBroker.isPresent, LiveBroker.reason), .timeLimit(.minutes(1)))
struct ConnectingTests {
    private func start(_ configuration: RabbitConfiguration, within limit: Duration = .seconds(5)) async -> RabbitError?
    {
        let publisher = RabbitPublisher(configuration, topology: Topology(), logger: LiveBroker.logger)
        var failure: RabbitError?
        do { try await publisher.start(within: limit) } catch { failure = error as? RabbitError }
        await publisher.shutDown()
        return failure
    }

    @Test("A wrong password is refused at once, and never repeated")
    func wrongPassword() async throws {
        var configuration = try LiveBroker.configuration()
        configuration.password = "hunter2-not-it"
        let error = await start(configuration)
        #expect(error?.code == .authenticationFailed)
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test("A virtual host that does not exist is refused at once, and named")
    func wrongVirtualHost() async throws {
        var configuration = try LiveBroker.configuration()
        configuration.virtualHost = "no-such-host"
        let error = await start(configuration)
        #expect(error?.code == .refused)
        #expect(error?.description.contains("no-such-host") == true)
    }

    @Test("A port where nobody listens is unreachable when the limit is over")
    func unreachable() async throws {
        var configuration = try LiveBroker.configuration()
        let forwarder = TCPForwarder(to: "127.0.0.1", port: 1)
        forwarder.close()
        configuration.port = forwarder.port
        let error = await start(configuration, within: .milliseconds(400))
        #expect(error?.code == .unreachable)
    }

    @Test("A peer that accepts and says nothing is given up after the time-out")
    func silentPeer() async throws {
        var configuration = try LiveBroker.configuration()
        let forwarder = TCPForwarder(to: configuration.host, port: configuration.port)
        forwarder.setSilent(true)
        configuration.host = "127.0.0.1"
        configuration.port = forwarder.port
        configuration.connectTimeout = .milliseconds(300)
        let error = await start(configuration, within: .milliseconds(500))
        #expect(error?.code == .timedOut)
        forwarder.close()
    }

    @Test("Of several nodes one that lives is found, and another one when that is gone")
    func nodes() async throws {
        let broker = try LiveBroker.configuration()
        let forwarders = (0..<3).map { _ in TCPForwarder(to: broker.host, port: broker.port) }
        defer { for forwarder in forwarders { forwarder.close() } }
        var configuration = broker
        configuration.host = "127.0.0.1"
        configuration.port = forwarders[0].port
        configuration.otherNodes = forwarders.dropFirst().map { .init(host: "127.0.0.1", port: $0.port) }
        try await LiveBroker.withNames { names, topology in
            let publisher = RabbitPublisher(configuration, topology: topology, logger: LiveBroker.logger)
            for living in 0..<3 {
                for (number, forwarder) in forwarders.enumerated() {
                    forwarder.setRefusing(number != living)
                    if number != living { forwarder.cut() }
                }
                let batch = Sample.messages(living..<living + 1, to: names.events)
                try await until { await publisher.publish(batch) == [.confirmed] }
            }
            let depths = try await TopologyDeclarer(configuration).depths(of: [names.routerEvents])
            #expect(depths.count == 1)
            await publisher.shutDown()
        }
    }

    @Test("TLS with the right authority and name works, a wrong authority and a wrong name are refused")
    func tls() async throws {
        let plain = try LiveBroker.configuration()
        let terminator = try await TLSTerminator(name: "localhost", target: (plain.host, plain.port))
        defer { terminator.stop() }
        var configuration = plain
        configuration.host = "localhost"
        configuration.port = terminator.port
        configuration.tls = .init(authoritiesFile: terminator.authority)
        try await LiveBroker.withNames { names, topology in
            let publisher = RabbitPublisher(configuration, topology: topology, logger: LiveBroker.logger)
            let batch = (0..<50).map { Sample.message($0, to: names.events, bytes: 20_000) }
            #expect(await publisher.publish(batch).allSatisfy(\.isConfirmed))
            let consumer = RabbitConsumer(
                configuration, topology: topology, queue: names.routerEvents, logger: LiveBroker.logger)
            let received = try await Sample.collect(50, from: consumer)
            #expect(received.map(\.body) == batch.map(\.body))
            await consumer.shutDown()
            await publisher.shutDown()
        }
        configuration.tls = .init(authoritiesFile: terminator.otherAuthority)
        let wrongAuthority = await start(configuration)
        #expect(wrongAuthority?.code == .tlsFailed, "\(String(describing: wrongAuthority))")
        configuration.tls = .init(authoritiesFile: terminator.authority)
        configuration.host = "127.0.0.1"
        let wrongName = await start(configuration)
        #expect(wrongName?.code == .tlsFailed, "\(String(describing: wrongName))")
        configuration.tls?.verifies = false
        #expect(await start(configuration) == nil)
    }

    @Test("A shutdown finishes what is in flight, and what comes later is answered at once")
    func publisherDrain() async throws {
        try await LiveBroker.withNames { names, topology in
            let publisher = try LiveBroker.publisher(topology)
            async let outcomes = publisher.publish(Sample.messages(0..<3000, to: names.events))
            try await until { publisher.health.inFlight > 0 }
            await publisher.shutDown()
            #expect(await outcomes.allSatisfy(\.isConfirmed))
            let late = await publisher.publish(Sample.messages(0..<1, to: names.events))
            #expect(late == [.unknown("the publisher was shut down")])
            await #expect(throws: RabbitError.self) { try await publisher.start() }
            // A second shutdown is no error.
            await publisher.shutDown()
        }
    }

    @Test("A consumer's shutdown lets what was handed out be settled, and returns the rest to the queue")
    func consumerDrain() async throws {
        try await LiveBroker.withNames { names, topology in
            let publisher = try LiveBroker.publisher(topology)
            _ = await publisher.publish(Sample.messages(0..<8, to: names.events))
            let consumer = RabbitConsumer(
                try LiveBroker.configuration(), topology: topology, queue: names.routerEvents, maxBatch: 5,
                logger: LiveBroker.logger)
            try await consumer.start()
            try await until { consumer.health.waiting == 8 }
            let batch = try await consumer.nextBatch()
            #expect(batch.count == 5)
            async let closing: Void = consumer.shutDown()
            try await until { consumer.health.waiting == 0 }
            await #expect(throws: SourceClosed.self) { try await consumer.nextBatch() }
            try await consumer.acknowledge(batch)
            await closing
            let other = try LiveBroker.consumer(topology, queue: names.routerEvents)
            #expect(try await Sample.collect(3, from: other).map(\.id) == ["m-5", "m-6", "m-7"])
            await other.shutDown()
            await publisher.shutDown()
        }
    }

    @Test("Thousands of single publishes at once share one stream")
    func concurrentPublishes() async throws {
        try await LiveBroker.withNames { names, topology in
            let publisher = try LiveBroker.publisher(topology)
            let confirmed = await withTaskGroup { group in
                for number in 0..<2000 {
                    group.addTask {
                        await publisher.publish([Sample.message(number, to: names.events)]) == [.confirmed]
                    }
                }
                var count = 0
                for await isConfirmed in group where isConfirmed { count += 1 }
                return count
            }
            #expect(confirmed == 2000)
            await publisher.shutDown()
        }
    }

    @Test("A publisher that is dropped without a shutdown leaves no thread behind")
    func dropped() async throws {
        try await LiveBroker.withNames { names, topology in
            var publisher: RabbitPublisher? = RabbitPublisher(
                try LiveBroker.configuration(), topology: topology, name: "dropme", logger: LiveBroker.logger)
            #expect(await publisher?.publish(Sample.messages(0..<1, to: names.events)) == [.confirmed])
            #expect(threads(named: "amqp-dropme") == 1)
            publisher = nil
            try await until { threads(named: "amqp-dropme") == 0 }
        }
    }
}
