import Logging
import Messaging
import RabbitMQ
import SandboxKit
import SandboxSupport
import SystemSupport

/// Brings about what people's work seldom does, so that processes come by all of their points: tokens that end, messages
/// that nobody can read, snapshots, replays of dead letters.
struct Provocations: Sendable {
    /// How long one round is waited for after the other.
    private static let pause = Duration.seconds(3)

    let system: RunningSystem

    func carryOn(while mayGoOn: @Sendable () -> Bool) async throws {
        let names = BrokerNames(prefix: system.servers.prefix)
        let publisher = RabbitPublisher(
            try RabbitConfiguration(url: system.servers.brokerURL), topology: Topology(), name: "provoke",
            logger: Logger(label: "provocations") { _ in SwiftLogNoOpLogHandler() })
        var round = 0
        while mayGoOn() {
            round += 1
            // The field service takes each refresh token once: who dies with the new one in hand needs a person.
            try await system.quickbooks.control("POST", "tokens/expire", ["kind": "access"])
            _ = await publisher.publish([
                OutgoingMessage(
                    id: "unreadable-\(round)", exchange: names.events, routingKey: "crm.customer.changed",
                    body: Array("{".utf8)),
                OutgoingMessage(
                    id: "poison-\(round)", exchange: names.dead, routingKey: names.routerEvents,
                    body: Array("{".utf8)),
            ])
            try await ask(["snapshot", "request", "hubspot", "customer"])
            try await ask(["snapshot", "request", "jobber", "customer"])
            try await ask(["snapshot", "request", "quickbooks", "customer"])
            // What nobody can read is a letter again after it.
            try await ask(["dead-letters", "replay", "--class", "undecodable", "--reason", "provoked", "--no-follow"])
            try await Task.sleep(for: Self.pause)
        }
        await publisher.shutDown()
        try await ask(["dead-letters", "archive", "--class", "undecodable", "--reason", "provoked"])
    }

    /// Asks for something that may be refused, such as a replay while another one runs.
    private func ask(_ words: [String]) async throws { _ = try await system.plumbline(words) }
}
