import SandboxGraphQL
import SandboxKit

extension JobberReading {
    static let invoiceGetters: [String: Getter] = [
        "client": { reading, invoice, _ in reading.one("clientId", of: invoice) },
        "salesperson": { reading, invoice, _ in reading.one("salespersonId", of: invoice) },
        "taxRate": { reading, invoice, _ in reading.one("taxRateId", of: invoice) },
        "customFields": { reading, invoice, _ in reading.customFields(of: invoice) },
        "invoiceStatus": { reading, invoice, _ in .text(reading.invoiceStatus(invoice)) },
        "amounts": { reading, invoice, _ in .part(reading.amountFields(of: invoice)) },
        "taxDetails": { reading, invoice, _ in
            reading.taxDetails(of: invoice, reading.invoiceAmounts(invoice).amounts)
        },
        "billingAddress": { reading, invoice, _ in
            let address = reading.store.record(invoice.text("clientId"))?["billingAddress"]?.object
            return address.map { .part($0) } ?? .null
        },
        "billingIsSameAsPropertyAddress": { reading, invoice, _ in
            let billing = reading.store.record(invoice.text("clientId"))?["billingAddress"]?["street1"]
            let properties = reading.properties(of: invoice)
            return .flag(properties.contains { $0["address"]?["street1"] == billing && billing != nil })
        },
        "clientHubUri": { _, invoice, _ in .text("https://clienthub.getjobber.com/invoices/\(invoice.number)") },
        "jobberWebUri": { _, invoice, _ in .text("https://secure.getjobber.com/invoices/\(invoice.number)") },
        "jobs": { reading, invoice, call in reading.page(reading.jobs(of: invoice), call) },
        "archivedJobs": { reading, invoice, call in
            reading.page(reading.jobs(of: invoice).filter { reading.jobStatus($0) == "archived" }, call)
        },
        "properties": { reading, invoice, call in reading.page(reading.properties(of: invoice), call) },
        "visits": { reading, invoice, call in
            reading.page(invoice.texts("visitIds").compactMap { reading.store.record($0) }, call)
        },
        "lineItems": { reading, invoice, call in reading.page(invoice.objects("lineItems"), of: invoice, call) },
        "paymentRecords": { reading, invoice, call in
            reading.page(reading.store.referring("PaymentRecord", by: "invoiceId", to: invoice.id), call)
        },
        "notes": { reading, invoice, call in
            reading.page(
                reading.notes(of: invoice, ["InvoiceNote", "JobNote", "QuoteNote", "ClientNote", "RequestNote"]), call)
        },
        "noteAttachments": { reading, invoice, call in reading.noteFiles(of: invoice, ["InvoiceNote"], call) },
    ]

    static let paymentGetters: [String: Getter] = [
        "client": { reading, payment, _ in reading.one("clientId", of: payment) },
        "invoice": { reading, payment, _ in reading.one("invoiceId", of: payment) },
        "quote": { reading, payment, _ in reading.one("quoteId", of: payment) },
        "canEdit": { _, payment, _ in .flag(payment.text("paymentType") != "JOBBER_PAYMENTS") },
        "rawAmount": { _, payment, _ in
            let amount = payment.number("amount") ?? 0
            return .number(
                payment.number("rawAmount") ?? (payment.text("adjustmentType") == "REFUND" ? amount : -amount))
        },
    ]

    func jobs(of invoice: JobberRecord) -> [JobberRecord] {
        invoice.texts("jobIds").compactMap { store.record($0) }
    }

    func properties(of invoice: JobberRecord) -> [JobberRecord] {
        let ids = [invoice.text("propertyId")] + jobs(of: invoice).map { $0.text("propertyId") }
        var seen: Set<String> = []
        return ids.compactMap(\.self).filter { seen.insert($0).inserted }.compactMap { store.record($0) }
    }

    func invoiceAmounts(_ invoice: JobberRecord) -> (amounts: DocumentAmounts, paid: Double, balance: Double) {
        let amounts = DocumentAmounts(
            lines: invoice.objects("lineItems"), discount: invoice["discount"]?.object,
            taxPercent: percent(of: store.record(invoice.text("taxRateId"))),
            isTaxInclusive: invoice.text("taxCalculationMethod") == "INCLUSIVE")
        let paid = store.referring("PaymentRecord", by: "invoiceId", to: invoice.id).reduce(0.0) { sum, payment in
            let amount = payment.number("amount") ?? 0
            return sum + (payment.text("adjustmentType") == "REFUND" ? -amount : amount)
        }.money
        let isSettled = invoice.text("closedAs") != nil
        return (amounts, paid, isSettled ? 0 : (amounts.total - paid).money)
    }

    /// The status from what was recorded and from the due date; "received" closes an invoice without a payment.
    func invoiceStatus(_ invoice: JobberRecord) -> String {
        switch invoice.text("closedAs") {
        case "BAD_DEBT": return "bad_debt"
        case "MARK_RECEIVED": return "paid"
        default: break
        }
        let (amounts, paid, balance) = invoiceAmounts(invoice)
        if amounts.total > 0, balance <= 0, paid > 0 { return "paid" }
        guard invoice.text("sentAt") != nil else { return "draft" }
        if let due = invoice.instant("dueDate"), calendar.day(of: due) < calendar.day(of: now) { return "past_due" }
        return "awaiting_payment"
    }

    private func amountFields(of invoice: JobberRecord) -> GraphQLObject {
        let (amounts, paid, balance) = invoiceAmounts(invoice)
        let payments = store.referring("PaymentRecord", by: "invoiceId", to: invoice.id)
        let deposits = payments.filter { $0.text("adjustmentType") == "DEPOSIT" }
        return [
            "subtotal": .float(amounts.subtotal), "discountAmount": .float(amounts.discount),
            "legacyDiscountAmount": 0, "taxAmount": .float(amounts.tax), "total": .float(amounts.total),
            "nonTaxAmount": .float((amounts.total - amounts.tax).money), "paymentsTotal": .float(paid),
            "invoiceBalance": .float(balance),
            "depositAmount": .float(deposits.reduce(0) { $0 + ($1.number("amount") ?? 0) }.money),
            "tipsTotal": .float(payments.reduce(0) { $0 + ($1.number("tipAmount") ?? 0) }.money),
        ]
    }
}
