import SystemSupport

/// The whole system as processes: from the commit of a change in the imitated HubSpot to the commit of the write in the
/// imitated Jobber, both by the sandbox's own clock.
struct EndToEndBenchmark {
    let setup: BenchSetup
    private let seconds = 10
    private let latency = 5

    init(setup: BenchSetup) {
        self.setup = setup
    }

    func measure() async throws -> [Figure] {
        try await setup.withServers { servers in
            var settings = SystemSettings()
            settings.liftsLimits = true
            settings.latencyMilliseconds = latency
            for name in ["hubspot", "jobber"] { settings.declarations[name] = "rate_limit: 10000/10000" }
            return try await withSystem(on: servers, settings) { system in try await measure(system) }
        }
    }

    private func measure(_ system: RunningSystem) async throws -> [Figure] {
        let renames = Renames(system: system, companies: try await LinkedCompanies(system: system).link())
        let start = ContinuousClock.now
        // Every record goes through once, so that each system's values are known afterwards.
        _ = try await renames.round(count: Estate.size, perSecond: 100, patience: .seconds(240))
        progress("  \(Estate.size) records went through in \(Int((ContinuousClock.now - start).inSeconds)) s")
        var figures: [Figure] = []
        for (name, rate) in [("e2e_50", 50), ("e2e", 300)] {
            var median: [Double] = []
            var p99: [Double] = []
            for _ in 0..<setup.rounds {
                let latencies = try await renames.round(
                    count: rate * seconds, perSecond: rate, patience: .seconds(120))
                median.append(Percentile.of(latencies, 0.5))
                p99.append(Percentile.of(latencies, 0.99))
            }
            figures += [Figure("\(name).p50_ms", "ms", median), Figure("\(name).p99_ms", "ms", p99)]
        }
        return figures
    }
}
