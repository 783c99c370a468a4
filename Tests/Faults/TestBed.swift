import Foundation
import SandboxKit
import SystemSupport

/// The system of a run, with everything of its own: servers, ways between all parts, imitated vendors.
struct TestBed {
    let seed: UInt64
    /// Where the evidence goes.
    let folder: URL
    let replicas: [SystemService: Int]
    /// What runs in a service's place.
    var commands: [SystemService: [String]] = [:]
    /// More of the environment of a service.
    var environment: [SystemService: [String: String]] = [:]

    /// Runs the body on a system that is ready, and clears everything away.
    func run<Result: Sendable>(
        fillingDisks: Bool, _ body: @Sendable (RunningSystem, Supervisor, Sabotage) async throws -> Result
    ) async throws -> Result {
        // What an earlier run with the same seed has left would be taken for this one's.
        try? FileManager.default.removeItem(at: folder)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var hasVolumes = fillingDisks
        if hasVolumes { hasVolumes = await Volume.isPossible() }
        return try await PrivatePostgres.run(megabytes: hasVolumes ? 1500 : nil) { postgres in
            try await PrivateBroker.run(megabytes: hasVolumes ? 400 : nil) { broker in
                let servers = SystemServers(databaseURL: postgres.url, brokerURL: broker.url, prefix: "faults.")
                let links = Links(servers: servers)
                defer { links.close() }
                return try await withSystem(on: servers, settings(links, servers)) { system in
                    let supervisor = Supervisor(system)
                    let sabotage = Sabotage(
                        system: system, supervisor: supervisor, postgres: postgres, broker: broker, links: links,
                        clockLibrary: Self.clockLibrary)
                    return try await body(system, supervisor, sabotage)
                }
            }
        }
    }

    private func settings(_ links: Links, _ servers: SystemServers) -> SystemSettings {
        var settings = SystemSettings()
        settings.seed = seed
        settings.replicas = replicas
        settings.commands = commands
        settings.environment = environment
        // The vendors' limits have tests of their own; here they would only slow the people down.
        settings.liftsLimits = true
        settings.declarations = Dictionary(
            uniqueKeysWithValues: NativeSystem.allCases.map {
                ($0.vendor, "rate_limit: 500/500\npoll_interval: \($0 == .fsm ? 2 : 4)")
            })
        settings.route = { vendor, port in links.route(vendor, port) }
        settings.serversOfServices = links.servers(servers)
        return settings
    }

    /// Debian's package faketime puts it here.
    private static var clockLibrary: String? {
        let folders = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib")) ?? []
        return folders.map { "/usr/lib/\($0)/faketime/libfaketime.so.1" }
            .first { FileManager.default.fileExists(atPath: $0) }
    }
}
