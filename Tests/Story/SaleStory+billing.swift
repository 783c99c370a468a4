import Foundation

/// From the closed job to the paid invoice.
extension SaleStory {
    /// The job was closed: one invoice at the approved prices, and its number in the other two systems.
    func bill(_ work: Work, since closed: ContinuousClock.Instant) async throws -> String {
        let record = work.sharedID
        let customer = try await narrator.see(
            "the customer \(cast.customer)", in: "QuickBooks", since: closed, record: record
        ) {
            let found = try await setup.books.customers(named: cast.customer)
            guard found.count == 1, let id = found[0]["Id"].text else {
                return Sighting<String>.notYet("\(found.count) customers of that name")
            }
            return .there(id, "customer \(cast.customer)")
        }
        let invoice = try await narrator.see(
            "one invoice over \(total)", in: "QuickBooks", since: closed, record: record
        ) {
            let found = try await setup.books.invoices(of: customer)
            guard found.count == 1 else { return Sighting<JSON>.notYet("\(found.count) invoices") }
            guard let sum = found[0]["TotalAmt"].number.map(Dollars.init), sum == total else {
                return .notYet("an invoice over \(Dollars(found[0]["TotalAmt"].number ?? 0))")
            }
            return .there(found[0], Self.words(found[0], sum))
        }
        let number = invoice["DocNumber"].text ?? ""
        try await narrator.see("invoice \(number) on the deal", in: "HubSpot", since: closed, record: record) {
            let deal = try await setup.sales.properties("deals", work.lead.deal)
            guard deal["plumbline_invoice_number"].text == number, let owed = deal["plumbline_invoice_balance"].number
            else { return Sighting<Void>.notYet(told("invoice", deal["plumbline_invoice_number"])) }
            return .there(
                (),
                "the deal shows invoice \(number), \(deal["plumbline_invoice_status"].text ?? ""), "
                    + "\(Dollars(owed)) still owed")
        }
        try await narrator.see("invoice \(number) on the job", in: "Jobber", since: closed, record: record) {
            let job = try await setup.field.job(work.job)
            guard FieldOffice.customField("Ledger invoice number", of: job) == number else {
                return Sighting<Void>.notYet(
                    "invoice: \(FieldOffice.customField("Ledger invoice number", of: job) ?? "nothing")")
            }
            return .there((), "job #\(work.jobNumber) shows invoice \(number)")
        }
        return invoice["Id"].text ?? ""
    }

    /// The customer pays.
    func pay(_ invoice: String, of work: Work) async throws {
        let paid = try await narrator.act("Paula (books) records the customer's check in QuickBooks: \(total).") {
            try await setup.books.recordPayment(of: invoice)
        }
        try await narrator.see("the invoice as paid", in: "HubSpot", since: paid, record: work.sharedID) {
            let deal = try await setup.sales.properties("deals", work.lead.deal)
            guard deal["plumbline_invoice_status"].text == "paid", let owed = deal["plumbline_invoice_balance"].number,
                owed == 0
            else { return Sighting<Void>.notYet(told("invoice status", deal["plumbline_invoice_status"])) }
            return .there((), "the invoice is paid, \(Dollars(owed)) still owed")
        }
        try await narrator.see("the invoice as paid", in: "Jobber", since: paid, record: work.sharedID) {
            let job = try await setup.field.job(work.job)
            guard FieldOffice.customField("Ledger invoice status", of: job) == "paid" else {
                return Sighting<Void>.notYet(
                    "invoice status: \(FieldOffice.customField("Ledger invoice status", of: job) ?? "nothing")")
            }
            return .there((), "job #\(work.jobNumber) shows the invoice as paid")
        }
    }

    private static func words(_ invoice: JSON, _ sum: Dollars) -> String {
        let billed = invoice["Line"].items.filter { $0["DetailType"].text == "SalesItemLineDetail" }.count
        let reference = invoice["CustomField"].items.compactMap { field in
            field["StringValue"].text.map { "\(field["Name"].text ?? "reference") \($0)" }
        }.joined(separator: ", ")
        return "invoice \(invoice["DocNumber"].text ?? "without a number"), \(billed) lines, \(sum)"
            + (reference.isEmpty ? "" : ", \(reference)")
    }
}
