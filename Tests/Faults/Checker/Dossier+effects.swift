/// What is to be there exactly once.
extension Dossier {
    func effects() -> [Finding] {
        var findings: [Finding] = []
        if let sale = last(.sell) {
            findings += once(liveClients, of: clients, "client", since: sale, field: "name")
            findings += once(liveJobs, of: jobs, "job", since: sale, field: "lines")
            if !liveClients.isEmpty {
                findings += once(properties, of: properties, "property", since: sale, field: "address")
            }
        } else {
            findings += none(clients + jobs)
        }
        if let completion = last(.closeJob) {
            findings += once(liveDebtors, of: debtors, "customer of the ledger", since: completion, field: "name")
            findings += once(liveInvoices, of: invoices, "invoice", since: completion, field: "invoice_number")
        } else if !intents.contains(where: { $0.step.kind == .closeJob }) {
            findings += none(debtors + invoices)
        }
        return findings
    }

    private func once(
        _ live: [NativeRecord], of all: [NativeRecord], _ what: String, since intent: Intent, field: String
    ) -> [Finding] {
        if live.isEmpty {
            let text = "no \(what) for \(intent)"
            return [
                explanation(field).map { Finding(.explained, "I1", "\(text): \($0)") } ?? Finding(.lost, "I1", text)
            ]
        }
        if live.count > 1 {
            let histories = live.map { "\($0.id)\(history($0.id))" }.joined(separator: " ## ")
            return [Finding(.duplicated, "I2", "\(live.count) times a \(what) for \(intent): \(histories)")]
        }
        return all.count > 1
            ? [Finding(.explained, "I2", "\(all.count) times a \(what) for \(intent), one of them left in effect")] : []
    }

    /// Before the sale there is nothing in the field, and before the completion nothing in the ledger.
    private func none(_ records: [NativeRecord]) -> [Finding] {
        guard !intents.contains(where: { $0.step.kind == .sell && $0.outcome == .unknown }) else { return [] }
        return records.map {
            Finding(.unexpected, "I3", "a \($0.type) \($0.id) of \(key.text) before its time\(history($0.id))")
        }
    }
}
