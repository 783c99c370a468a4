import Postgres
import SandboxSupport
import SystemSupport

/// Two adapters get more replicas under load, and all of them work.
struct MoreReplicas {
    private static let wanted = ["crm-adapter": 3, "fsm-adapter": 2]
    private static let connections = ["hubspot": 3, "jobber": 2]
    private static let patience = Duration.seconds(45)

    func carryOut(on bed: ContainerBed, _ figures: inout DrillReport) async throws {
        let start = ContinuousClock.now
        try await bed.project.scale(Self.wanted)
        try await bed.isHealthy(Self.wanted)
        figures.note("until all replicas were healthy", (ContinuousClock.now - start).inSeconds, "s")
        let holders = try await holders(on: bed)
        for (connection, replicas) in Self.connections.sorted(by: { $0.key < $1.key }) {
            figures.expect(
                "\(connection): processes that had work in hand, of \(replicas)",
                Double(holders[connection]?.count ?? 0), atLeast: 2)
        }
        for container in try await bed.engine.containers() where Self.wanted[container.service] != nil {
            figures.note("\(container.name): webhooks taken", try await webhooks(of: container))
        }
    }

    /// Who holds lanes, looked at until each replica was one of them, or for so long.
    private func holders(on bed: ContainerBed) async throws -> [String: Set<String>] {
        var holders: [String: Set<String>] = [:]
        let end = ContinuousClock.now + Self.patience
        while .now < end, Self.connections.contains(where: { (holders[$0.key]?.count ?? 0) < $0.value }) {
            for row in try await bed.pool.query("select distinct connection, holder from lane") {
                holders[try row[0, as: String.self], default: []].insert(try row[1, as: String.self])
            }
            try await Task.sleep(for: .milliseconds(200))
        }
        return holders
    }

    private func webhooks(of container: Container) async throws -> Double {
        guard let port = container.ports[8080] else { return 0 }
        let answer = try await SandboxClient(baseURL: "http://127.0.0.1:\(port)").send("GET", "/metrics")
        return Exposition(String(decoding: answer.body, as: UTF8.self)).sum(of: "webhooks_total")
    }
}
