import SystemSupport

/// The main job was played in the imitated vendors by the container `story`, from a lead to a paid invoice.
struct MainJob {
    func carryOut(on bed: ContainerBed, _ figures: inout DrillReport) async throws {
        let story = try await eventually("the main job is over", within: .seconds(300), every: .seconds(1)) {
            () -> Container? in
            let story = try await bed.engine.replicas(of: "story").first
            return story?.status == "exited" ? story : nil
        }
        figures.expect("exit code of the main job", Double(story.exitCode), atMost: 0)
        figures.expect("times it had to be played again", Double(story.restarts), atMost: 0)
        try await bed.isReady()
        for service in ContainerBed.services {
            let restarts = try await bed.engine.replicas(of: service).reduce(0) { $0 + $1.restarts }
            if restarts > 0 {
                figures.note("\(service): started again until its connections were there", Double(restarts))
            }
        }
    }
}
