import Foundation
import Glibc
import SystemSupport

/// Writes to a vendor that takes 50 ms for each: one, two and four replicas of the field service's adapter carry out
/// commands that wait, as the processes that are shipped.
struct EgressBenchmark {
    let setup: BenchSetup
    private let latency = 50
    private let count = 2000
    private let replicas = [1, 2, 4]

    init(setup: BenchSetup) {
        self.setup = setup
    }

    func measure() async throws -> [Figure] {
        try await setup.withServers { servers in
            var settings = SystemSettings()
            settings.liftsLimits = true
            settings.latencyMilliseconds = latency
            settings.replicas = [.fsmAdapter: replicas.max() ?? 1]
            for name in ["hubspot", "jobber"] { settings.declarations[name] = "rate_limit: 10000/10000" }
            return try await withSystem(on: servers, settings) { system in try await measure(system) }
        }
    }

    private func measure(_ system: RunningSystem) async throws -> [Figure] {
        let companies = try await LinkedCompanies(system: system).link()
        var renames = WaitingRenames(system: system, companies: companies)
        // Every record goes through once, so that each system's values are known afterwards.
        for _ in 0..<(companies.count + count - 1) / count { _ = try await round(system, &renames, replicas: 1) }
        var rates: [Int: [Double]] = [:]
        var costs: [Int: [Double]] = [:]
        for number in 1...setup.rounds {
            for replicas in replicas {
                let (rate, used) = try await round(system, &renames, replicas: replicas)
                let cost = used.map { String(format: "%.1f", $0) }.joined(separator: " and ")
                progress("  round \(number), \(replicas) replicas: \(Int(rate)) a second, \(cost) ms each")
                rates[replicas, default: []].append(rate)
                costs[replicas, default: []].append(used[0])
            }
        }
        let one = Figure("egress_1.writes_per_second", "writes/s", rates[1] ?? [])
        return replicas.flatMap { replicas -> [Figure] in
            var rate = Figure("egress_\(replicas).writes_per_second", "writes/s", rates[replicas] ?? [])
            if replicas > 1 { rate.compare(with: "one replica", one) }
            return [rate, Figure("egress_\(replicas).cpu_ms", "ms", costs[replicas] ?? [])]
        }
    }

    /// One round: commands wait, replicas start, and all is written.
    ///
    /// - Returns: writes a second, and the milliseconds of processor time that each took of the replicas and of the machine.
    private func round(
        _ system: RunningSystem, _ renames: inout WaitingRenames, replicas: Int
    ) async throws -> (rate: Double, used: [Double]) {
        for replica in 0..<system.replicas(of: .fsmAdapter) where !system.hasEnded(.fsmAdapter, replica: replica) {
            try await system.kill(.fsmAdapter, replica: replica, by: SIGTERM)
        }
        let names = try await renames.wait(count)
        let before = try ProcessorTime.ofMachine()
        for replica in 0..<replicas { try await system.start(.fsmAdapter, replica: replica) }
        let processes = try (0..<replicas).map { try system.processID(of: .fsmAdapter, replica: $0) }
        let times = try await renames.written(names, patience: .seconds(240))
        let replicasUsed = try processes.reduce(0) { $0 + (try ProcessorTime.of($1)) }
        let cost = [replicasUsed, try ProcessorTime.ofMachine() - before].map { $0 * 1000 / Double(count) }
        // The start of the processes and the last few are no part of the pace.
        let sorted = times.sorted()
        let (first, last) = (sorted.count / 10, sorted.count * 9 / 10)
        return (Double(last - first) / (Double(sorted[last] - sorted[first]) / 1e9), cost)
    }
}
