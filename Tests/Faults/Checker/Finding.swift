/// What the checker thinks of something that is not as the intents alone would have it.
enum Verdict: String, Sendable, CaseIterable, Codable {
    /// An acknowledged action is not reflected where it should be, and nothing refers to it.
    case lost
    /// Something that was to be done once is still in effect twice.
    case duplicated
    /// Something happened that no intent explains, or something is as it never may be.
    case unexpected
    /// It is not as the intents alone would have it, and the system says so itself, or has set it right.
    case explained

    /// Whether a run with such a finding has failed.
    var isFailure: Bool { self != .explained }
}

/// One thing that the checker has to say.
struct Finding: Sendable, Hashable, Codable {
    let verdict: Verdict
    /// The invariant that it is about, `I1` to `I12`.
    let invariant: String
    /// What is wrong: the record, the intent, and the entries of the history.
    let text: String

    init(_ verdict: Verdict, _ invariant: String, _ text: String) {
        self.verdict = verdict
        self.invariant = invariant
        self.text = text
    }
}

extension Finding: CustomStringConvertible {
    /// One line of the report.
    var description: String { "\(verdict.rawValue.uppercased()) \(invariant): \(text)" }
}
