import SystemSupport

/// One process dies at one point.
struct CrashCase: Hashable, Sendable, CustomStringConvertible {
    /// What becomes of the vendor's part where a request is on its way.
    enum Outcome: String, Sendable {
        /// The vendor does what it is asked for.
        case committed
        /// The vendor answers with an error, and has done nothing.
        case refused
        /// The vendor does it long after it counts as not done: the object is made again, and the late one neutralised.
        case late
    }

    let service: SystemService
    /// As the process writes it, such as `before commit EgressWriter.write`.
    let point: String
    let outcome: Outcome

    /// How reports name it.
    var description: String { "crash \(service): \(point)" + (outcome == .committed ? "" : ", \(outcome)") }

    /// The operation that the point belongs to, where it is one that writes and has left.
    var write: String? {
        for step in ["after send ", "before answer ", "after answer "] where point.hasPrefix(step) {
            let operation = String(point.dropFirst(step.count))
            return ["read", "token"].contains(operation) ? nil : operation
        }
        return nil
    }

    /// Every case of a service's points: where a write has left, both with and without the vendor having done it.
    ///
    /// - Parameter late: the operations that the vendor also does late, when nobody waits for them any more.
    static func all(_ service: SystemService, points: [String], late: Set<String> = []) -> [CrashCase] {
        points.flatMap { point in
            let committed = CrashCase(service: service, point: point, outcome: .committed)
            guard let write = committed.write else { return [committed] }
            var cases = [committed, CrashCase(service: service, point: point, outcome: .refused)]
            if late.contains(write), point.hasPrefix("after send") {
                cases.append(CrashCase(service: service, point: point, outcome: .late))
            }
            return cases
        }
    }
}
