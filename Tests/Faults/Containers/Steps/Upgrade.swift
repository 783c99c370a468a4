import Postgres
import SandboxKit
import SandboxSupport
import SystemSupport

/// All services are replaced by another version under load, one container at a time: a new one is healthy before an old one
/// goes.
struct Upgrade {
    let version: String
    /// Operators' commands that end it.
    let after: [[String]]

    /// `stop_grace_period` of the services in docker-compose.yml.
    private static let grace = 40

    func carryOut(on bed: ContainerBed, _ figures: inout DrillReport) async throws {
        let before = try await failedWebhooks(bed)
        let availability = Availability(bed)
        let looking = Task { await availability.run() }
        defer { looking.cancel() }
        bed.move(to: version)
        try await bed.project.run(["run", "--rm", "-T", "migrate"], within: .seconds(180))
        for service in ContainerBed.services { try await replace(service, on: bed, &figures) }
        for command in after { try await bed.plumbline(command) }
        looking.cancel()
        await looking.value
        figures.note("looks at each adapter meanwhile", Double(await availability.looks))
        for service in ContainerBed.adapters {
            figures.expect(
                "\(service): looks at which no replica was alive", Double(await availability.deadLooks[service] ?? 0),
                atMost: 0)
            figures.expect(
                "\(service): looks at which no replica was ready",
                Double(await availability.unreadyLooks[service] ?? 0),
                atMost: 0)
        }
        figures.expect("webhooks given up meanwhile", Double(try await failedWebhooks(bed) - before), atMost: 0)
        figures.expect("letters of versions that were not understood", Double(try await refused(bed)), atMost: 0)
    }

    private func replace(_ service: String, on bed: ContainerBed, _ figures: inout DrillReport) async throws {
        let start = ContinuousClock.now
        let old = try await bed.engine.replicas(of: service)
        for replica in old {
            try await bed.project.scale([service: old.count + 1])
            try await bed.isHealthy([service: old.count + 1])
            try await bed.engine.stop(replica, grace: Self.grace)
            _ = try await bed.logs()
            let stopped = try await bed.engine.replicas(of: service).first { $0.id == replica.id }
            if stopped?.exitCode != 0 {
                figures.expect("\(replica.name): exit code", Double(stopped?.exitCode ?? -1), atMost: 0)
            }
            try await bed.engine.remove(replica)
        }
        let images = Set(try await bed.engine.replicas(of: service).map(\.image))
        figures.expect(
            "\(service): replicas that are not of \(version)",
            Double(images.count { !$0.hasSuffix(":\(version)") }), atMost: 0)
        figures.note("\(service): \(old.count) replaced", (ContinuousClock.now - start).inSeconds, "s")
    }

    private func failedWebhooks(_ bed: ContainerBed) async throws -> Int {
        var failed = 0
        for site in bed.sites { failed += try await site.control("GET", "webhooks/state")["failed"]?.intValue ?? 0 }
        return failed
    }

    private func refused(_ bed: ContainerBed) async throws -> Int {
        try await bed.pool.query("select count(*) from dead_letter where code = 'unsupported_version'")[0][
            0, as: Int.self]
    }
}
