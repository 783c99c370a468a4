import IntegrationSupport
import SystemSupport
import Testing

/// All services through a PgBouncer that hands out transactions.
@Suite(
    "The system behind a transaction pooler", .integration, .serialized,
    .enabled(if: PrivatePooler.isInstalled, "pgbouncer is not installed"), .timeLimit(.minutes(5)))
struct PooledSystemTests {
    @Test(
        """
        Two replicas of every service play the main job through ten sessions of the database that change with each \
        transaction, and leave nothing in them
        """)
    func story() async throws {
        let space = try IntegrationSpace.required()
        try await PrivatePooler.run(before: space.database, sessions: 10) { pooler in
            var settings = SystemSettings()
            settings.liftsLimits = true
            settings.replicas = Dictionary(uniqueKeysWithValues: SystemService.allCases.map { ($0, 2) })
            let servers = SystemServers(
                databaseURL: pooler.url, brokerURL: try #require(space.brokerURL), prefix: space.prefix)
            try await withSystem(on: servers, settings) { system in
                try await PlayedStory("roofing", on: system).endsWell()
                #expect(system.ended == [])
                let remains = try await SessionRemains(of: pooler)
                #expect(remains.sessions == 10)
                #expect(remains.found == [])
            }
        }
    }
}
