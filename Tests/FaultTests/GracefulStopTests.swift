import IntegrationSupport
import Postgres
import SyncStore
import SystemSupport
import Testing

/// What replacing services one after another rests on (deploy/runbooks/upgrade.md).
@Suite("Services that are asked to end", .integration, .timeLimit(.minutes(3)))
struct GracefulStopTests {
    @Test("Each service ends with 0 within its time, takes its sign of life back, and leaves no lease behind")
    func everyService() async throws {
        try await withSystem(on: try IntegrationSpace.required().servers, SystemSettings()) { system in
            for service in SystemService.allCases {
                let holders = try await eventually("a sign of life of \(service)") { () -> [String]? in
                    let ids = try await system.pool.run(Replicas.all).filter { $0.service == service.rawValue }
                        .map(\.id)
                    return ids.isEmpty ? nil : ids
                }
                if service != .router {
                    try await eventually("a lease of \(service)") {
                        try await system.pool.run(Leases.all).values.contains { holders.contains($0) }
                    }
                }
                // Its time is PLUMBLINE_SHUTDOWN_GRACE_SECONDS; beyond that it would end with another code.
                #expect(try await system.terminate(service, within: .seconds(30)) == 0, "\(service)")
                let left = try await system.pool.run(Replicas.all).filter { holders.contains($0.id) }
                #expect(left.isEmpty, "\(service)")
                let held = try await system.pool.run(Leases.all).filter { holders.contains($0.value) }
                #expect(held.isEmpty, "\(service)")
                try await system.restart(service)
            }
        }
    }
}
