import Foundation
import SystemSupport

/// The system of a drill, with servers of its own.
struct DrillBed {
    let name: String
    var settings = SystemSettings()
    /// The vendors that the services reach by a way that can be cut.
    var routed: Set<String> = []

    /// What a drill has to work with.
    struct Parts {
        let system: RunningSystem
        let postgres: PrivatePostgres
        let broker: PrivateBroker
        let links: Links
    }

    /// Runs the body on a system that is ready, and clears everything away; keeps what it has left where a promise was
    /// missed.
    func run(_ report: inout DrillReport, _ body: (Parts, inout DrillReport) async throws -> Void) async throws {
        let begun = report
        report = try await PrivatePostgres.run { postgres in
            try await PrivateBroker.run { broker in
                let servers = SystemServers(databaseURL: postgres.url, brokerURL: broker.url, prefix: "drill.")
                let links = Links(servers: servers)
                defer { links.close() }
                var settings = settings
                settings.seed = begun.seed
                settings.route = { [routed] vendor, port in
                    routed.contains(vendor) ? links.route(vendor, port) : port
                }
                return try await withSystem(on: servers, settings) { system in
                    var report = begun
                    do {
                        try await body(
                            Parts(system: system, postgres: postgres, broker: broker, links: links), &report)
                    } catch {
                        try? await keep(system)
                        throw error
                    }
                    if !report.isGood { try await keep(system) }
                    return report
                }
            }
        }
    }

    private func keep(_ system: RunningSystem) async throws {
        let folder = URL(filePath: ".plumbline/faults/drills/\(name)", directoryHint: .isDirectory)
        try? FileManager.default.removeItem(at: folder)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try await EvidenceFolder(folder).keep(system)
    }
}
