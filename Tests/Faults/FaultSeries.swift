import Foundation
import SystemSupport

/// Carries the faults of a schedule out, each at its time.
struct FaultSeries {
    let sabotage: Sabotage
    private let turns = Turns()

    init(sabotage: Sabotage) {
        self.sabotage = sabotage
    }

    /// How long after a death its leases may keep others from looking, and the database from being measured, in seconds.
    private static let takeover = 45.0

    /// What became of them.
    struct Strikes: Sendable {
        var done: [FaultKind: Int] = [:]
        var skipped: [FaultKind: String] = [:]
        var failed: [String] = []
        /// When nobody could have raised an alert, in seconds since 1970.
        var blind: [ClosedRange<Double>] = []

        func tell(_ schedule: FaultSchedule, _ report: inout FaultReport) {
            for (kind, planned) in schedule.counts {
                let done = self.done[kind, default: 0]
                report.faults["\(kind)"] = .init(planned: planned, done: done, skipped: planned - done)
                report.byCategory[kind.category.rawValue, default: 0] += done
                if let reason = skipped[kind] { report.skipped["\(kind)"] = reason }
            }
            // A fault that could not be carried out or taken back leaves a system in a state that nobody planned.
            for failure in failed { report.findings.append(Finding(.unexpected, "harness", failure)) }
            report.unexpected += failed.count
        }
    }

    /// What became of one fault.
    private enum Outcome {
        case done(FaultKind, from: Double, to: Double)
        case skipped(FaultKind, String)
        case failed(String)
    }

    func carryOut(_ schedule: FaultSchedule, from start: ContinuousClock.Instant) async -> Strikes {
        await withTaskGroup(of: Outcome.self) { group in
            for fault in schedule.faults {
                let due = start + .milliseconds(fault.begin)
                if due > .now { try? await Task.sleep(until: due, tolerance: .zero) }
                group.addTask { await outcome(of: fault) }
            }
            return await group.reduce(into: Strikes()) { strikes, outcome in
                switch outcome {
                case .done(let kind, let begin, let end):
                    strikes.done[kind, default: 0] += 1
                    if kind.blinds { strikes.blind.append(begin...(end + Self.takeover)) }
                case .skipped(let kind, let reason): strikes.skipped[kind] = reason
                case .failed(let text): strikes.failed.append(text)
                }
            }
        }
    }

    private func outcome(of fault: PlannedFault) async -> Outcome {
        do {
            // A server may need longer to come back than the schedule thinks: what is next to befall it waits.
            let servers = fault.resources.intersection(["postgres", "broker"])
            let begin = try await turns.take(servers) {
                let begin = Date().timeIntervalSince1970
                try await sabotage.carryOut(fault)
                return begin
            }
            return .done(fault.kind, from: begin, to: Date().timeIntervalSince1970)
        } catch let error as Sabotage.Unavailable {
            return .skipped(fault.kind, "\(error)")
        } catch {
            return .failed("\(fault): \(error)")
        }
    }
}

extension FaultKind {
    /// Whether nobody can look for what is wrong meanwhile.
    fileprivate var blinds: Bool {
        switch target {
        case .service(.reconciler), .everything, .postgres, .link(.sql): true
        default: false
        }
    }
}
