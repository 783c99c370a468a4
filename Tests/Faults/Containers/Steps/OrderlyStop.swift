import SystemSupport

/// One replica of each adapter is asked to end, ends by itself within its grace, and comes back.
struct OrderlyStop {
    /// `stop_grace_period` of the services in docker-compose.yml.
    private static let grace = 40

    func carryOut(on bed: ContainerBed, _ figures: inout DrillReport) async throws {
        for service in ContainerBed.adapters {
            guard let replica = try await bed.engine.replicas(of: service).first else { continue }
            let start = ContinuousClock.now
            try await bed.engine.stop(replica, grace: Self.grace)
            let seconds = (ContinuousClock.now - start).inSeconds
            let stopped = try await bed.engine.replicas(of: service).first { $0.id == replica.id }
            figures.expect("\(replica.name): exit code of an orderly stop", Double(stopped?.exitCode ?? -1), atMost: 0)
            figures.expect("\(replica.name): end after", seconds, atMost: Double(Self.grace), "s")
            try await bed.engine.start(replica)
            try await bed.isHealthy([service])
        }
    }
}
