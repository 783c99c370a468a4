import Foundation
import Messaging
import RabbitMQ
import Testing

/// Commands that concern everybody who uses the broker: for a run with this filter alone, `--filter AlarmTests`.
@Suite(
    "A broker in alarm", .serialized, .timeLimit(.minutes(2)),
    .enabled(
        if: LiveBroker.isPresent && LiveBroker.isOurs,
        "PLUMBLINE_TEST_BROKER_IS_OURS is not yes, with PLUMBLINE_TEST_RABBITMQCTL set: the alarm would disturb others")
)
struct AlarmTests {
    private func rabbitmqctl(_ arguments: String...) async throws {
        let command = try #require(ProcessInfo.processInfo.environment["PLUMBLINE_TEST_RABBITMQCTL"])
        #expect(try await Command.run(command, arguments) == 0)
    }

    @Test("Under a memory alarm publishes end at their deadline, and work when it is over")
    func memoryAlarm() async throws {
        try await LiveBroker.withNames { names, topology in
            let patient = try LiveBroker.publisher(topology)
            let hasty = try LiveBroker.publisher(topology) { $0.publishTimeout = .seconds(1) }
            try await patient.start()
            try await hasty.start()
            try await rabbitmqctl("set_vm_memory_high_watermark", "0.00001")
            // The broker says that it blocks when the first publish reaches it.
            async let waiting = patient.publish(Sample.messages(0..<5, to: names.events))
            #expect(await hasty.publish(Sample.messages(5..<3000, to: names.events)).allSatisfy(\.isUnknown))
            try await until { patient.health.isBlocked && hasty.health.isBlocked }
            let time = await ContinuousClock().measure {
                #expect(await hasty.publish(Sample.messages(3000..<3010, to: names.events)).allSatisfy(\.isUnknown))
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

    @Test("Connections that an operator closes come back by themselves")
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
