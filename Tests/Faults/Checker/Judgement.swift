/// What the checker says about a run.
struct Judgement: Sendable {
    let attempted: Int
    let acknowledged: Int
    let refused: Int
    let unanswered: Int
    let findings: [Finding]
    /// The most writes of ours that a customer has caused, compared with what may be.
    let mostWrites: String

    func count(_ verdict: Verdict) -> Int { findings.count { $0.verdict == verdict } }

    var isGood: Bool { !findings.contains { $0.verdict.isFailure } }
}
