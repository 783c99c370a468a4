public import CanonicalModel

/// What an edit of letters has done, or would do, as people see it.
public struct DeadLetterEdit: Sendable {
    /// Whether it was only tried.
    public let isDry: Bool
    /// How many letters were corrected.
    public private(set) var changed = 0
    /// How many letters had it so already.
    public internal(set) var unchanged = 0
    /// Why letters cannot be corrected so; then none was.
    private(set) var faults: [(letter: CanonicalID, fault: LetterPatch.Fault)] = []
    /// How many faults there are.
    public private(set) var faultCount = 0
    private var steps: [(letter: CanonicalID, steps: [LetterPatch.Step])] = []

    /// The most letters and faults that are kept to be shown.
    private static let shown = 100

    init(isDry: Bool) {
        self.isDry = isDry
    }

    mutating func add(_ letter: CanonicalID, _ steps: [LetterPatch.Step]) {
        changed += 1
        if self.steps.count < Self.shown { self.steps.append((letter, steps)) }
    }

    mutating func add(_ letter: CanonicalID, _ fault: LetterPatch.Fault) {
        faultCount += 1
        if faults.count < Self.shown { faults.append((letter, fault)) }
    }

    /// Whether it was done, or could be.
    public var isGood: Bool { faultCount == 0 }

    /// For people.
    public var text: String {
        guard isGood else {
            let lines = faults.map { "\($0.letter)  \($0.fault.field.map { "\($0): " } ?? "")\($0.fault.text)" }
            return
                (lines + [
                    "nothing was changed: \(faultCount) \(faultCount == 1 ? "letter" : "letters") cannot be corrected so"
                ])
                .joined(separator: "\n")
        }
        var lines: [String] = []
        for (letter, steps) in steps {
            for step in steps {
                lines.append(
                    "\(letter)  \(step.entity.rawValue).\(step.field)  \(show(step, step.before)) → \(show(step, step.after))"
                )
            }
        }
        if changed > steps.count { lines.append("… and \(changed - steps.count) more") }
        lines.append(
            "\(changed) \(changed == 1 ? "letter" : "letters") \(isDry ? "would be corrected" : "corrected")"
                + (unchanged > 0 ? "; \(unchanged) had it so already" : "")
                + (isDry || changed == 0 ? "" : "; preview and replay them now"))
        return lines.joined(separator: "\n")
    }

    /// For programs.
    public var json: JSONValue {
        [
            "dry_run": .bool(isDry), "changed": .int(isGood ? changed : 0), "unchanged": .int(unchanged),
            "faults": .array(
                faults.map {
                    [
                        "letter": .string($0.letter.description), "field": .text($0.fault.field),
                        "fault": .string($0.fault.text),
                    ]
                }),
            "fault_count": .int(faultCount),
            "letters": .array(
                (isGood ? steps : []).map { letter, steps in
                    [
                        "letter": .string(letter.description),
                        "changes": .array(
                            steps.map {
                                [
                                    "field": .string("\($0.entity.rawValue).\($0.field)"),
                                    "before": .string(show($0, $0.before)), "after": .string(show($0, $0.after)),
                                ]
                            }),
                    ]
                }),
        ]
    }

    /// A protected value is shown as its class: who corrects it has written it, and what it was is nobody's business.
    private func show(_ step: LetterPatch.Step, _ value: JSONValue) -> String {
        guard !value.isNull else { return "(none)" }
        let pii = ModelCatalog.field(FieldName(step.field), of: step.entity)?.pii ?? .sensitive
        return pii == .none ? Wording.short(value.jsonText, 60) : "[\(pii.rawValue)]"
    }
}
