import CanonicalModel
import Foundation
import Glibc
import SandboxKit
import SandboxSupport
import SyncCore
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
        let renames = Renames(system: system, companies: try await linkedCompanies(in: system))
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

    /// Companies in HubSpot and clients in Jobber that are linked already, as an earlier sync would have left them.
    private func linkedCompanies(in system: RunningSystem) async throws -> [String] {
        // Nobody may find one half of a pair before the links are there.
        for service in [SystemService.crmAdapter, .fsmAdapter] { try await system.kill(service, by: SIGTERM) }
        var pairs: [[LinkKey]] = []
        for start in stride(from: 0, to: Estate.size, by: 1000) {
            let numbers = start..<start + 1000
            let companies = try await system.hubspot.control(
                "POST", "seed",
                [
                    "records": .array(
                        numbers.map { ["type": "companies", "properties": ["name": .string("Company \($0)")]] })
                ])
            let clients = try await system.jobber.control(
                "POST", "seed",
                [
                    "records": .array(
                        numbers.map {
                            ["type": "Client", "fields": ["companyName": .string("Client \($0)"), "isCompany": true]]
                        })
                ])
            pairs += zip(ids(companies), ids(clients)).map { company, client in
                [key("hubspot", "company", company), key("jobber", "client", client)]
            }
        }
        guard pairs.count == Estate.size else { throw BenchFailure("the vendors took only \(pairs.count) records") }
        _ = try await Estate(pool: system.pool).link(pairs, fields: [:])
        for service in [SystemService.crmAdapter, .fsmAdapter] { try await system.restart(service) }
        return pairs.map { $0[0].native.id }
    }

    private func key(_ connection: String, _ type: String, _ id: String) -> LinkKey {
        LinkKey(
            connection: ConnectionID(connection), native: NativeReference(type: type, id: id), entity: .customer)
    }

    private func ids(_ answer: JSON) -> [String] {
        answer["ids"]?.arrayValue?.compactMap { $0.stringValue ?? $0.intValue.map(String.init) } ?? []
    }
}
