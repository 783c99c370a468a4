import ArgumentParser

/// What can be measured.
enum Subject: String, CaseIterable, ExpressibleByArgument {
    case codec, publish, router, ingress, egress, e2e, cost, sandbox, idle

    var title: String {
        switch self {
        case .codec: "Events written and read"
        case .publish: "Confirmed publishing to a quorum queue"
        case .router: "Routing of waiting events"
        case .ingress: "Webhooks: stored before they are answered"
        case .egress: "Writes to a vendor that takes 50 ms for each"
        case .e2e: "From the change in one system to the write in another"
        case .cost: "What one change costs"
        case .sandbox: "Requests that an imitated vendor answers"
        case .idle: "Start and rest"
        }
    }

    func measure(_ setup: BenchSetup) async throws -> [Figure] {
        switch self {
        case .codec: try CodecBenchmark(setup: setup).measure()
        case .publish: try await PublishBenchmark(setup: setup).measure()
        case .router: try await RouterBenchmark(setup: setup).measure()
        case .ingress: try await IngressBenchmark(setup: setup).measure()
        case .egress: try await EgressBenchmark(setup: setup).measure()
        case .e2e: try await EndToEndBenchmark(setup: setup).measure()
        case .cost: try await CostBenchmark(setup: setup).measure()
        case .sandbox: try await SandboxBenchmark(setup: setup).measure()
        case .idle: try await IdleBenchmark(setup: setup).measure()
        }
    }
}
