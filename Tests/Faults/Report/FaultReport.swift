import Foundation

/// One run as other programs read it.
struct FaultReport: Codable, Sendable {
    /// How often a kind of fault was carried out.
    struct Strikes: Codable, Sendable {
        var planned = 0
        var done = 0
        var skipped = 0
    }

    let seed: UInt64
    let profile: String
    let minutes: Double
    var against = Contestant.plumbline
    var seconds = 0
    var quietSeconds = 0
    var faults: [String: Strikes] = [:]
    /// Faults that were carried out, by what they broke.
    var byCategory: [String: Int] = [:]
    var skipped: [String: String] = [:]
    var records = 0
    var attempted = 0
    var acknowledged = 0
    var refused = 0
    var unanswered = 0
    var actionsPerSecond = 0.0
    var lost = 0
    var duplicated = 0
    var unexpected = 0
    var explained = 0
    /// How many customers something was lost or done twice of; only counted where findings are many.
    var hurtCustomers: Int?
    var findings: [Finding] = []
    /// Processes that ended without having been killed, and were started again.
    var ownEnds: [String: Int] = [:]
    var mostWrites = ""
    /// Invariants on which this run says nothing, with the reason.
    var notJudged: [String: String] = [:]

    init(seed: UInt64, profile: String, minutes: Double) {
        self.seed = seed
        self.profile = profile
        self.minutes = minutes
    }

    mutating func take(_ judgement: Judgement) {
        attempted = judgement.attempted
        acknowledged = judgement.acknowledged
        refused = judgement.refused
        unanswered = judgement.unanswered
        lost = judgement.count(.lost)
        duplicated = judgement.count(.duplicated)
        unexpected = judgement.count(.unexpected)
        explained = judgement.count(.explained)
        findings = judgement.findings
        mostWrites = judgement.mostWrites
    }

    var isGood: Bool { lost + duplicated + unexpected == 0 }

    /// For people.
    var text: String {
        var lines: [String] = []
        // Crash points are too many for a line, and each is told only where it was not met.
        let kinds = faults.filter { !$0.key.hasPrefix("crash ") }.sorted { $0.key < $1.key }
            .map { "\($0.key) \($0.value.done)" }
        lines.append(
            "faults: " + byCategory.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", "))
        if !kinds.isEmpty { lines.append("  " + kinds.joined(separator: ", ")) }
        for (kind, reason) in skipped.sorted(by: { $0.key < $1.key }) { lines.append("  SKIPPED \(kind): \(reason)") }
        let ends = ownEnds.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        if !ends.isEmpty {
            lines.append("processes that ended by themselves, and were started again: \(ends.joined(separator: ", "))")
        }
        lines.append(
            "actions: \(attempted) attempted, \(acknowledged) acknowledged, \(refused) refused, \(unanswered) unanswered, "
                + String(format: "%.1f a second, over %d records", actionsPerSecond, records))
        lines.append("our writes for the busiest customer: \(mostWrites)")
        for (invariant, reason) in notJudged.sorted(by: { $0.key < $1.key }) {
            lines.append("\(invariant) is not judged: \(reason)")
        }
        if let hurtCustomers { lines.append("customers of whom something was lost or done twice: \(hurtCustomers)") }
        let failures = findings.filter(\.verdict.isFailure)
        for finding in failures.prefix(40) { lines.append("\(finding)") }
        if failures.count > 40 { lines.append("… and \(failures.count - 40) more") }
        lines.append(
            "seed \(seed)\(against == .plumbline ? "" : " (\(against))"): \(attempted) attempted, \(lost) lost, \(duplicated) duplicated, \(unexpected) unexpected, "
                + "\(explained) explained; \(seconds) s, of which \(quietSeconds) s until all was quiet")
        return lines.joined(separator: "\n")
    }
}
