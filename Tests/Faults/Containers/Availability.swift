import Foundation
import SystemSupport

/// Looks all the time whether some replica of each adapter is alive, and whether one is ready.
actor Availability {
    private let bed: ContainerBed
    private(set) var looks = 0
    /// How often a service was looked at and no replica was alive.
    private(set) var deadLooks: [String: Int] = [:]
    /// How often a service was looked at and no replica was ready.
    private(set) var unreadyLooks: [String: Int] = [:]

    init(_ bed: ContainerBed) {
        self.bed = bed
    }

    /// Looks until it is cancelled.
    func run() async {
        while !Task.isCancelled {
            // A container may go while the engine tells of all: then nothing is known of this moment.
            if let containers = try? await bed.engine.containers() {
                looks += 1
                for service in ContainerBed.adapters {
                    await look(at: service, containers.filter { $0.service == service && $0.status == "running" })
                }
            }
            try? await Task.sleep(for: .milliseconds(250))
        }
    }

    private func look(at service: String, _ replicas: [Container]) async {
        let (isAlive, isReady) = (
            await anyone(of: replicas, answers: "/health/live"), await anyone(of: replicas, answers: "/health/ready")
        )
        guard !Task.isCancelled else { return }
        if !isAlive { deadLooks[service, default: 0] += 1 }
        if !isReady { unreadyLooks[service, default: 0] += 1 }
    }

    private func anyone(of replicas: [Container], answers path: String) async -> Bool {
        for replica in replicas {
            if let answers = try? await bed.answers(replica, at: path), answers { return true }
        }
        return false
    }
}
