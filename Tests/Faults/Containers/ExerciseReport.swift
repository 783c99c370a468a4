import Foundation

/// An exercise as other programs and people read it.
struct ExerciseReport: Codable, Sendable {
    /// One step of it.
    struct Part: Codable, Sendable {
        let step: String
        let seconds: Double
        let figures: DrillReport
        /// Why it could not be carried out to its end.
        var failure: String?

        var isGood: Bool { failure == nil && figures.isGood }
    }

    let seed: UInt64
    let oldVersion: String
    let newVersion: String
    private(set) var parts: [Part] = []
    /// What the checker says in the end; nil where it did not come to that.
    var judgement: FaultReport?

    init(seed: UInt64, oldVersion: String, newVersion: String) {
        self.seed = seed
        self.oldVersion = oldVersion
        self.newVersion = newVersion
    }

    /// Whether every step did what it should, and nothing was lost, done twice, or done without a reason.
    var isGood: Bool { parts.allSatisfy(\.isGood) && judgement?.isGood == true }

    mutating func take(_ part: Part) { parts.append(part) }

    /// A table of the steps, and what was judged.
    var text: String {
        var lines = ["images \(oldVersion), then \(newVersion)"]
        for part in parts {
            let missed = part.figures.figures.count { !$0.isMet }
            let verdict = part.failure != nil ? "FAILED" : missed > 0 ? "\(missed) MISSED" : "good"
            lines.append(
                part.step.padding(toLength: 10, withPad: " ", startingAt: 0)
                    + String(format: "%6.0f s  ", part.seconds) + verdict)
            for figure in part.figures.figures { lines.append("    " + DrillReport.line(figure)) }
            for remark in part.figures.remarks { lines.append("    " + remark) }
            if let failure = part.failure {
                lines += failure.split(separator: "\n").map { "    " + $0 }
            }
        }
        lines.append(judgement?.text ?? "nothing was judged: the exercise did not come to its end")
        return lines.joined(separator: "\n")
    }
}
