/// What somebody was about to do, written down before it was done.
struct Intent: Sendable, Hashable, Codable {
    /// What became of it, as the system where it was done has answered.
    enum Outcome: Sendable, Hashable, Codable {
        /// No answer: it may have been done or not.
        case unknown
        /// Done; the ids of what was made or changed, in the order of the making.
        case acknowledged([String])
        /// Not done, in the system's words.
        case refused(String)
    }

    let number: Int
    let customer: Int
    let step: Step
    /// The value that is written, with a mark that no other intent has; empty where the step has no text of its own.
    let value: String
    /// The native id that the step is about; empty where it makes the record.
    let record: String
    var outcome = Outcome.unknown

    var isAcknowledged: Bool { if case .acknowledged = outcome { true } else { false } }

    /// What was made or changed.
    var ids: [String] { if case .acknowledged(let ids) = outcome { ids } else { [] } }

    /// The part of a value by which it is found anywhere.
    static func mark(_ number: Int) -> String { "m\(number)q" }

    var mark: String { Self.mark(number) }
}

extension Intent: CustomStringConvertible {
    /// One line of a finding.
    var description: String {
        "intent \(number) \(step.kind) of \(CaseKey(customer).text)\(value.isEmpty ? "" : " '\(value)'")"
    }
}
