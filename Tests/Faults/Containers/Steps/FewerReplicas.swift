import SystemSupport

/// All services of ours are brought back to one replica.
struct FewerReplicas {
    func carryOut(on bed: ContainerBed, _ figures: inout DrillReport) async throws {
        let one = Dictionary(uniqueKeysWithValues: ContainerBed.services.map { ($0, 1) })
        // What they have written goes with them.
        _ = try await bed.logs()
        let before = try await bed.replicas(of: ContainerBed.services)
        try await bed.project.scale(one)
        try await bed.isHealthy(one)
        figures.note("replicas before", Double(before.values.reduce(0, +)))
        figures.note("replicas after", Double(one.count))
    }
}
