import Foundation
import Postgres
import SystemSupport

/// What one change costs on its whole way: processor time by program, rows and log of the database, bytes of messages.
///
/// Once with the database itself, once through a pooler, if there is one.
struct CostBenchmark {
    let setup: BenchSetup
    private let perSecond = 50
    private let seconds = 60

    init(setup: BenchSetup) {
        self.setup = setup
    }

    func measure() async throws -> [Figure] {
        var figures = try await measure(through: nil)
        guard PrivatePooler.isInstalled else { return figures }
        figures += try await setup.withServers { servers in
            let server = try PostgresConfiguration(url: servers.databaseURL)
            return try await PrivatePooler.run(before: server, sessions: 10) { pooler in
                try await measure(on: servers, through: pooler)
            }
        }
        return figures
    }

    private func measure(through pooler: PrivatePooler?) async throws -> [Figure] {
        try await setup.withServers { servers in try await measure(on: servers, through: pooler) }
    }

    private func measure(on servers: SystemServers, through pooler: PrivatePooler?) async throws -> [Figure] {
        var settings = SystemSettings()
        settings.liftsLimits = true
        settings.latencyMilliseconds = 5
        if let pooler {
            settings.serversOfServices = SystemServers(
                databaseURL: pooler.url, brokerURL: servers.brokerURL, prefix: servers.prefix)
        }
        for name in ["hubspot", "jobber"] { settings.declarations[name] = "rate_limit: 10000/10000" }
        let name = pooler == nil ? "cost" : "cost_pooled"
        return try await withSystem(on: servers, settings) { system in
            let renames = Renames(system: system, companies: try await LinkedCompanies(system: system).link())
            // Every record goes through once, so that each system's values are known afterwards.
            _ = try await renames.round(count: Estate.size, perSecond: 100, patience: .seconds(240))
            return try await measure(system, renames).map { Figure("\(name).\($0.name)", $0.unit, [$0.value]) }
        }
    }

    private func measure(
        _ system: RunningSystem, _ renames: Renames
    ) async throws -> [(name: String, unit: String, value: Double)] {
        let count = perSecond * seconds
        let before = try await CostReading(of: system)
        let latencies = try await renames.round(count: count, perSecond: perSecond, patience: .seconds(120))
        // What follows a write, such as the webhook of it and its reading, belongs to it.
        try await system.rests(within: .seconds(60))
        let after = try await CostReading(of: system)
        var figures = after.since(before, changes: count)
        figures.append(("p50_ms", "ms", Percentile.of(latencies, 0.5)))
        return figures
    }
}
