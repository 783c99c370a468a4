import SandboxKit

/// What becomes of edits of those who do not own the field: they are never silent.
extension Dossier {
    func foreignEdits() -> [Finding] {
        intents.filter(\.isAcknowledged).compactMap { intent in
            switch intent.step.kind {
            case .renameInField: putBack(intent, record: intent.record, property: "companyName")
            case .writeInvoiceNumber: putBack(intent, record: intent.record, property: "plumbline_invoice_number")
            case .correctPhoneInField: proposed(intent, "phone", record: intent.record, property: "phones")
            case .wishWindow:
                proposed(
                    intent, "scheduled_window", record: intent.record, property: "plumbline_scheduled_start")
            default: nil
            }
        }
    }

    /// The owner's value is restored (the values are checked for that), and both sides are on record.
    private func putBack(_ intent: Intent, record: String, property: String) -> Finding? {
        if recordedMarks.contains(intent.mark) { return nil }
        return overtaken(intent, record, property)
            ?? Finding(
                .lost, "I8", "no decision names the edit of \(intent)\(history(record, property))")
    }

    /// A person decides.
    private func proposed(_ intent: Intent, _ field: String, record: String, property: String) -> Finding? {
        if let why = explanations.first(where: { $0.field == field })?.text {
            return Finding(.explained, "I1", "\(intent) waits for a person: \(why)")
        }
        // What is right already is no wish, whatever dispatch has planned since.
        let planned = intents.filter { [.planVisit, .moveVisit].contains($0.step.kind) }.map(\.value)
        if field == "scheduled_window", planned.contains(intent.value) { return nil }
        return overtaken(intent, record, property)
            ?? Finding(.lost, "I1", "nothing refers to \(intent)\(history(record, property))")
    }

    /// Whether somebody has changed the value again before we could read it: a newer value of the owner, or another edit.
    private func overtaken(_ intent: Intent, _ record: String, _ property: String) -> Finding? {
        let history = changes.filter { $0.id == record && $0.fields[property] != nil }
        let wanted = intent.value
        guard
            let edit = history.firstIndex(where: { change in
                guard !change.isOurs, let value = change.fields[property] else { return false }
                return value.stringValue.map { Self.same($0, wanted) } ?? "\(value)".contains(wanted)
            }), edit + 1 < history.count
        else { return nil }
        let next = history[edit + 1]
        let before = edit > 0 ? history[edit - 1].fields[property] : nil
        guard !next.isOurs || next.fields[property] != before else { return nil }
        return Finding(.explained, "I8", "\(intent) was overtaken before it was read: \(next)")
    }

    /// Times are the same to the minute, whatever follows.
    private static func same(_ one: String, _ other: String) -> Bool {
        one == other || (other.hasSuffix("Z") && one.prefix(16) == other.prefix(16))
    }
}
