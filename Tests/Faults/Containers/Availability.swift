import Foundation
import SystemSupport

/// Looks all the time whether some replica of each adapter answers.
actor Availability {
    private let bed: ContainerBed
    private(set) var looks = 0
    /// How often a service was looked at and nobody answered.
    private(set) var unanswered: [String: Int] = [:]
    private(set) var longestGap: [String: Duration] = [:]
    private var gapsSince: [String: ContinuousClock.Instant] = [:]

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
        var answers = false
        for replica in replicas where !answers {
            answers = (try? await bed.answers(replica, at: "/health/live")) ?? false
        }
        guard !Task.isCancelled else { return }
        if answers {
            if let since = gapsSince.removeValue(forKey: service) {
                longestGap[service] = max(longestGap[service] ?? .zero, .now - since)
            }
        } else {
            unanswered[service, default: 0] += 1
            if gapsSince[service] == nil { gapsSince[service] = .now }
        }
    }
}
