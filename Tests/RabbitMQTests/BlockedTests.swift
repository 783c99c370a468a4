import Messaging
import NetworkSupport
import RabbitMQ
import Testing

/// The broker's part is played by a forwarder that speaks and holds as a blocked broker does: a real alarm concerns
/// everybody who uses the broker (`AlarmTests`).
@Suite(
    "A broker that takes no messages", .enabled(if: LiveBroker.isPresent, LiveBroker.reason), .timeLimit(.minutes(1)))
struct BlockedTests {
    @Test("While the broker blocks, publishes wait unsent to their deadline, and go out when it unblocks")
    func blocked() async throws {
        try await LiveBroker.withNames { names, topology in
            let patient = try Line(topology)
            let hasty = try Line(topology) { $0.publishTimeout = .seconds(2) }
            for line in [patient, hasty] {
                try await line.publisher.start()
                line.forwarder.setHolding(true)
                line.forwarder.inject(AMQPFrame.blocked)
                try await until { line.publisher.health.isBlocked }
            }
            async let waiting = patient.publisher.publish(Sample.messages(0..<5, to: names.events))
            #expect(await hasty.publisher.publish(Sample.messages(5..<9, to: names.events)).allSatisfy(\.isUnknown))
            try await until { patient.publisher.health.waiting == 5 }
            #expect(patient.publisher.health.inFlight == 0)
            for line in [patient, hasty] {
                line.forwarder.setHolding(false)
                line.forwarder.inject(AMQPFrame.unblocked)
            }
            #expect(await waiting.allSatisfy(\.isConfirmed))
            try await until { !hasty.publisher.health.isBlocked }
            #expect(await hasty.publisher.publish(Sample.messages(9..<12, to: names.events)).allSatisfy(\.isConfirmed))
            // What hasty had given up was never sent.
            let depths = try await TopologyDeclarer(try LiveBroker.configuration()).depths(of: [names.routerEvents])
            #expect(depths[names.routerEvents]?.messages == 8)
            await patient.close()
            await hasty.close()
        }
    }

    @Test("A shutdown while the broker blocks is bounded")
    func shutDownWhileBlocked() async throws {
        try await LiveBroker.withNames { names, topology in
            let line = try Line(topology)
            try await line.publisher.start()
            line.forwarder.setHolding(true)
            line.forwarder.inject(AMQPFrame.blocked)
            try await until { line.publisher.health.isBlocked }
            async let outcomes = line.publisher.publish(Sample.messages(0..<5, to: names.events))
            try await until { line.publisher.health.waiting == 5 }
            let time = await ContinuousClock().measure { await line.publisher.shutDown(within: .milliseconds(200)) }
            #expect(time < .seconds(2))
            #expect(await outcomes.allSatisfy(\.isUnknown))
            await line.close()
        }
    }

    @Test(
        "A broker that reads no more, and says nothing, holds no caller beyond its deadline",
        arguments: [900, 1_000_000])
    func notReading(_ bytes: Int) async throws {
        try await LiveBroker.withNames { names, topology in
            let line = try Line(topology) {
                $0.publishTimeout = .seconds(1)
                $0.confirmWindow = 100_000
            }
            try await line.publisher.start()
            line.forwarder.setHolding(true)
            // Far more than the buffers between us and the broker.
            let batch = (0..<(40_000_000 / bytes)).map { Sample.message($0, to: names.events, bytes: bytes) }
            var outcomes: [PublishOutcome] = []
            let time = await ContinuousClock().measure { outcomes = await line.publisher.publish(batch) }
            #expect(outcomes.allSatisfy { $0.isUnknown })
            // A message larger than the free buffer blocks the thread until the kernel gives the peer up.
            #expect(time < .seconds(bytes < 10_000 ? 5 : 15))
            line.forwarder.setHolding(false)
            try await until { await line.publisher.publish(Sample.messages(0..<1, to: names.events)) == [.confirmed] }
            await line.close()
        }
    }

    @Test("A connection that the broker ends, with its reason, comes back by itself")
    func forced() async throws {
        try await LiveBroker.withNames { names, topology in
            let line = try Line(topology)
            try await line.publisher.start()
            line.forwarder.inject(AMQPFrame.closed)
            try await until { line.publisher.health.reconnects == 1 }
            #expect(line.publisher.health.lastError?.contains("320 CONNECTION_FORCED - maintenance") == true)
            #expect(await line.publisher.publish(Sample.messages(0..<1, to: names.events)) == [.confirmed])
            await line.close()
        }
    }
}
