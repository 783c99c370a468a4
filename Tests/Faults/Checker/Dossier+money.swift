import SandboxKit

/// To the cent: what was approved, what was worked on, what was billed, what was paid, and what each system shows of it.
extension Dossier {
    func money() -> [Finding] {
        guard let sale = last(.sell) else { return [] }
        var findings: [Finding] = []
        for job in liveJobs {
            let lines = job.fields["lineItems"]?.arrayValue ?? []
            let sum = lines.reduce(0) { sum, line in
                sum + (Cents.of(line["unitPrice"]) ?? 0) * (line["quantity"]?.intValue ?? 0)
            }
            findings += equal(sum, sale.step.total, "job \(job.id) and what was approved by \(sale)", "lines")
        }
        for invoice in liveInvoices {
            findings += equal(
                invoice.cents("TotalAmt") ?? lineSum(invoice), sale.step.total,
                "invoice \(invoice.id) and what was approved by \(sale)", "lines")
            findings += shown(invoice)
        }
        return findings
    }

    /// What the office and the crew see of an invoice.
    private func shown(_ invoice: NativeRecord) -> [Finding] {
        guard liveInvoices.count == 1, let deal else { return [] }
        let total = invoice.cents("TotalAmt") ?? lineSum(invoice)
        let balance = invoice.cents("Balance") ?? total
        let status = balance == 0 ? "paid" : balance == total ? "posted" : "partly_paid"
        let place = "\(deal.type) \(deal.id)"
        var findings = equal(deal.cents("plumbline_invoice_total"), total, "invoice total on \(place)", "invoice_total")
        findings += equal(
            deal.cents("plumbline_invoice_balance"), balance, "what is owed, on \(place)", "invoice_balance")
        findings += same(
            deal.text("plumbline_invoice_number"), invoice.text("DocNumber"), "invoice number on \(place)",
            "invoice_number", history(deal.id, "plumbline_invoice_number"))
        findings += same(
            deal.text("plumbline_invoice_status"), status, "invoice status on \(place)", "invoice_status",
            history(deal.id, "plumbline_invoice_status") + history(invoice.id, "Balance"))
        if let job = liveJobs.first {
            func field(_ name: String) -> String? { job.customField(states.customField(name, on: "ALL_JOBS")) }
            findings += same(
                field("Ledger invoice number"), invoice.text("DocNumber"), "invoice number on job \(job.id)",
                "invoice_number", "")
            findings += same(
                field("Ledger invoice status"), status, "invoice status on job \(job.id)", "invoice_status",
                history(invoice.id, "Balance"))
            findings += equal(
                field("Ledger invoice balance").flatMap { Cents.of($0) }, balance, "what is owed, on job \(job.id)",
                "invoice_balance")
        }
        if let company {
            findings += equal(
                company.cents("plumbline_balance"), balance, "balance of company \(company.id)", "balance")
        }
        return findings
    }

    private func lineSum(_ invoice: NativeRecord) -> Int {
        (invoice.fields["Line"]?.arrayValue ?? []).filter { $0["DetailType"]?.stringValue == "SalesItemLineDetail" }
            .reduce(0) { $0 + (Cents.of($1["Amount"]) ?? 0) }
    }

    private func equal(_ shown: Int?, _ expected: Int, _ what: String, _ field: String) -> [Finding] {
        guard shown != expected else { return [] }
        let text = "\(what): \(shown.map(Cents.text) ?? "nothing") instead of \(Cents.text(expected)) (\(key.text))"
        return [explanation(field).map { Finding(.explained, "I9", "\(text): \($0)") } ?? Finding(.lost, "I9", text)]
    }

    private func same(
        _ shown: String?, _ expected: String?, _ what: String, _ field: String, _ history: String
    ) -> [Finding] {
        guard shown != expected else { return [] }
        let text = "\(what): '\(shown ?? "")' instead of '\(expected ?? "")' (\(key.text))\(history)"
        return [explanation(field).map { Finding(.explained, "I9", "\(text): \($0)") } ?? Finding(.lost, "I9", text)]
    }
}
