import IntegrationSupport
import Messaging
import SystemSupport
import Testing

@Suite("Servers that are killed in the middle of the main job", .integration, .serialized, .timeLimit(.minutes(8)))
struct ServerKillTests {
    @Test(
        "R24.6: after three kill -9 of the database with work in flight the main job ends right, once",
        .enabled(if: PrivatePostgres.isInstalled, "PostgreSQL is not installed below /usr/lib/postgresql"))
    func database() async throws {
        let space = try IntegrationSpace.required()
        try await PrivatePostgres.run { postgres in
            var servers = try space.servers
            servers.databaseURL = postgres.url
            try await play(on: servers, scope: .everything, stride: 35, "kills of the database") {
                try await postgres.crash()
            } revive: {
                try await postgres.start()
            }
        }
    }

    /// The second time the broker comes back with the router's queue dead, as it does when the queue was new; nobody has
    /// found out before the services go on.
    @Test(
        "R24.6: after three kill -9 of the broker with messages in flight the main job ends right, once",
        .enabled(if: PrivateBroker.isInstalled, "RabbitMQ is not installed below /usr/lib/rabbitmq"))
    func broker() async throws {
        let space = try IntegrationSpace.required()
        try await PrivateBroker.run { broker in
            var servers = try space.servers
            servers.brokerURL = broker.url
            let queue = BrokerNames(prefix: servers.prefix).routerEvents
            var kills = 0
            try await play(on: servers, scope: .broker, stride: 9, "kills of the broker") {
                kills += 1
                await broker.crash()
                guard kills == 2 else { return }
                try await broker.start()
                try await broker.behead(queue)
            } revive: {
                if kills != 2 { try await broker.start() }
            }
        }
    }

    private func play(
        on servers: SystemServers, scope: OpenWork.Scope, stride: Int, _ what: String,
        kill: () async throws -> Void, revive: () async throws -> Void
    ) async throws {
        let seed = ServiceKillTests.seed
        try await withSystem(on: servers) { system in
            let story = try await PlayedStory("roofing", patience: Sabotage.patience, on: system)
            do {
                let sabotage = Sabotage(system: system, story: story, scope: scope, stride: stride, seed: seed)
                try await sabotage.run(kill: kill, revive: revive)
                try await story.endsWell()
            } catch {
                await story.abandon()
                throw error
            }
            #expect(system.ended.isEmpty, "services outlive their servers")
            try await Outcome.check(system, "\(what), seed \(seed)")
        }
    }
}
