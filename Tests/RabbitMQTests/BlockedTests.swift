import Foundation
import Messaging
import RabbitMQ
import Testing

/// Memory alarms concern the whole broker, so this suite wants one that it may command.
@Suite(
    "A broker that blocks publishers", .serialized, .timeLimit(.minutes(2)),
    .enabled(
        if: LiveBroker.isPresent && ProcessInfo.processInfo.environment["PLUMBLINE_TEST_RABBITMQCTL"] != nil,
        "PLUMBLINE_TEST_RABBITMQCTL names the rabbitmqctl of a broker that the tests may block"))
struct BlockedTests {
    private func rabbitmqctl(_ arguments: String...) async throws {
        let command = try #require(ProcessInfo.processInfo.environment["PLUMBLINE_TEST_RABBITMQCTL"])
        #expect(try await Command.run(command, arguments) == 0)
    }

    @Test("Publishes wait while the broker is blocked, end at their deadline, and work afterwards")
    func memoryAlarm() async throws {
        try await LiveBroker.withNames { names, topology in
            let patient = try LiveBroker.publisher(topology)
            let hasty = try LiveBroker.publisher(topology) { $0.publishTimeout = .seconds(1) }
            try await patient.start()
            try await hasty.start()
            try await rabbitmqctl("set_vm_memory_high_watermark", "0.00001")
            // The broker says that it blocks when the first publish reaches it.
            async let waiting = patient.publish(Sample.messages(0..<5, to: names.events))
            let outcomes = await hasty.publish(Sample.messages(5..<3000, to: names.events))
            #expect(outcomes.allSatisfy { if case .unknown = $0 { true } else { false } })
            #expect(hasty.health.isBlocked)
            try await until { patient.health.isBlocked }
            let clock = ContinuousClock()
            // Nothing of it is sent now: it waits, and ends in time.
            let time = await clock.measure {
                let more = await hasty.publish(Sample.messages(3000..<3010, to: names.events))
                #expect(more.allSatisfy { if case .unknown = $0 { true } else { false } })
            }
            #expect(time < .seconds(4))
            try await rabbitmqctl("set_vm_memory_high_watermark", "0.4")
            #expect(await waiting.allSatisfy(\.isConfirmed))
            try await until { !hasty.health.isBlocked }
            #expect(await hasty.publish(Sample.messages(3010..<3020, to: names.events)).allSatisfy(\.isConfirmed))
            await patient.shutDown()
            await hasty.shutDown()
        }
    }

    @Test("Connections closed by the broker's operator come back by themselves")
    func operatorCloses() async throws {
        try await LiveBroker.withNames { names, topology in
            let publisher = try LiveBroker.publisher(topology)
            let consumer = try LiveBroker.consumer(topology, queue: names.routerEvents)
            _ = await publisher.publish(Sample.messages(0..<3, to: names.events))
            var held: [IncomingMessage] = []
            while held.count < 3 { held += try await consumer.nextBatch() }
            try await rabbitmqctl("close_all_connections", "maintenance")
            try await until { publisher.health.reconnects >= 1 && consumer.health.reconnects >= 1 }
            #expect(publisher.health.lastError?.contains("maintenance") == true)
            #expect(try await Sample.collect(3, from: consumer).map(\.id) == ["m-0", "m-1", "m-2"])
            #expect(await publisher.publish(Sample.messages(3..<4, to: names.events)) == [.confirmed])
            await consumer.shutDown()
            await publisher.shutDown()
        }
    }
}
