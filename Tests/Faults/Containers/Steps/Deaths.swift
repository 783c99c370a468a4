import SystemSupport

/// One container of each service dies by SIGKILL, in turn, servers included, and comes back.
struct Deaths {
    private static let longest = 120.0

    func carryOut(on bed: ContainerBed, _ figures: inout DrillReport) async throws {
        for service in ContainerBed.services + ContainerBed.servers {
            guard let victim = try await bed.engine.replicas(of: service).last else { continue }
            let start = ContinuousClock.now
            let death = try await bed.engine.kill(victim)
            switch death {
            case .signal:
                try await eventually("\(victim.name) was started again by its policy", within: .seconds(60)) {
                    try await bed.engine.replicas(of: service).contains {
                        $0.id == victim.id && $0.restarts > victim.restarts && $0.pid != victim.pid
                    }
                }
            case .engine: try await bed.engine.start(victim)
            }
            try await bed.isHealthy([service])
            let how = death == .signal ? "" : " (through the engine, and started by hand)"
            figures.expect(
                "\(victim.name): healthy after its death\(how)", (ContinuousClock.now - start).inSeconds,
                atMost: Self.longest, "s")
        }
        // Who lost its server may have ended and come back as well.
        try await bed.isReady()
    }
}
