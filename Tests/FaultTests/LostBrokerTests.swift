import CanonicalModel
import IntegrationSupport
import RabbitMQ
import SyncStore
import SystemSupport
import Testing

@Suite(
    "A broker that loses everything", .database,
    .enabled(if: PrivateBroker.isInstalled, "RabbitMQ is not installed below /usr/lib/rabbitmq"),
    .timeLimit(.minutes(3)))
struct LostBrokerTests {
    private static let count = 10_000

    @Test("R24.6: the broker's data folder wiped while 10,000 confirmed messages wait unconsumed: every one arrives")
    func wiped() async throws {
        try await RelayedMessages.run(Self.count, prefix: "wiped-") { relayed, broker in
            let depths = try await TopologyDeclarer(relayed.configuration).depths(of: [relayed.queue])
            #expect(depths[relayed.queue]?.messages == Self.count)

            await broker.crash()
            try broker.wipe()
            try await broker.start()

            let consumer = relayed.consumer()
            var settled: [CanonicalID] = []
            while settled.count < Self.count { settled += try await relayed.settleNext(of: consumer) }
            #expect(settled.count == Self.count)
            #expect(Set(settled) == Set(relayed.messages.map(\.id)))
            #expect(try await relayed.count(status: 2) == Self.count)
            await consumer.shutDown()
        }
    }
}
