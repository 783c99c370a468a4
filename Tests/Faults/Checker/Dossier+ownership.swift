import SandboxKit

/// What we may write, and what never may happen to it.
extension Dossier {
    /// Nothing of the owner's is changed by us, and what we write elsewhere is a value that the owner has had.
    func ownership() -> [Finding] {
        let names = Set(written(.enterLead, .renameCustomer).map(\.value))
        let firstNames = Set(written(.enterLead, .renameContact).map { "Ann \($0.mark)" })
        let addresses = Set(written(.enterLead, .changeEmail).map { "\($0.mark)@\(key.text).example" })
        return writes.flatMap { change -> [Finding] in
            change.fields.compactMap { name, value in
                let isFine: Bool =
                    switch (change.system, name) {
                    case (.crm, _): Self.isOursInCRM(name)
                    case (.fsm, "companyName"): names.contains(value.stringValue ?? "")
                    case (.fsm, "firstName"): value.stringValue.map { $0.isEmpty || firstNames.contains($0) } ?? true
                    case (.fsm, "emails"):
                        (value.arrayValue ?? []).allSatisfy { addresses.contains($0["address"]?.stringValue ?? "") }
                    case (.ledger, "DisplayName"): names.contains { (value.stringValue ?? "").hasPrefix($0) }
                    default: true
                    }
                return isFine
                    ? nil : Finding(.unexpected, "I3", "we have written what its owner never said, \(name): \(change)")
            }
        }
    }

    /// An invoice's number is written once; a completed job stays completed.
    func monotony() -> [Finding] {
        var findings: [Finding] = []
        let numbers = writes.filter { $0.type == "deals" }.compactMap { change in
            change.fields["plumbline_invoice_number"]?.stringValue.map { ($0, change) }
        }
        if let first = numbers.first, let other = numbers.first(where: { $0.0 != first.0 }) {
            findings.append(
                Finding(.unexpected, "I4", "the invoice's number was \(first.0), then another one: \(other.1)"))
        }
        for invoice in invoices {
            let given = changes.filter { $0.id == invoice.id }.compactMap { $0.fields["DocNumber"]?.stringValue }
            if Set(given).count > 1 {
                findings.append(
                    Finding(.unexpected, "I4", "invoice \(invoice.id) was renumbered: \(given)\(history(invoice.id))"))
            }
        }
        let statuses = writes.filter { $0.type == "deals" && $0.fields["plumbline_job_status"] != nil }
        let end = statuses.firstIndex { Self.isOver($0.fields["plumbline_job_status"]) }
        for change in statuses.suffix(from: end ?? statuses.endIndex)
        where !Self.isOver(change.fields["plumbline_job_status"]) {
            findings.append(Finding(.unexpected, "I5", "a completed job went back: \(change)"))
        }
        return findings
    }

    /// No loop: what we write is bounded by what people did.
    func termination() -> [Finding] {
        guard writes.count > allowedWrites else { return [] }
        let last = writes.suffix(4).map(\.description).joined(separator: " | ")
        return [
            Finding(
                .unexpected, "I7",
                "\(writes.count) writes for \(intents.count) intents of \(key.text), at most \(allowedWrites): \(last)")
        ]
    }

    /// Intents that were carried out, or may have been.
    private func written(_ kinds: Step.Kind...) -> [Intent] {
        intents.filter { intent in
            if case .refused = intent.outcome { false } else { kinds.contains(intent.step.kind) }
        }
    }

    /// Our own properties, the stage that a completed job wins, and what the CRM derives by itself.
    private static func isOursInCRM(_ name: String) -> Bool {
        name.hasPrefix("plumbline_") || name.hasPrefix("hs_") || ["dealstage", "closedate"].contains(name)
    }

    private static func isOver(_ status: JSON?) -> Bool {
        ["completed", "closed", "cancelled"].contains(status?.stringValue ?? "")
    }
}
