import IntegrationSupport
import SystemSupport
import Testing

@Suite("A database that is killed in the middle of the main job", .integration, .serialized, .timeLimit(.minutes(5)))
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

    private func play(
        on servers: SystemServers, scope: OpenWork.Scope, stride: Int, _ what: String,
        kill: () async throws -> Void, revive: () async throws -> Void
    ) async throws {
        let seed = ServiceKillTests.seed
        try await withSystem(on: servers) { system in
            let story = try await PlayedStory("roofing", on: system)
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
