import SandboxGraphQL

extension JobberReading {
    static let quoteGetters: [String: Getter] = [
        "client": { reading, quote, _ in reading.one("clientId", of: quote) },
        "property": { reading, quote, _ in reading.one("propertyId", of: quote) },
        "request": { reading, quote, _ in reading.one("requestId", of: quote) },
        "salesperson": { reading, quote, _ in reading.one("salespersonId", of: quote) },
        "customFields": { reading, quote, _ in reading.customFields(of: quote) },
        "amounts": { reading, quote, _ in .part(reading.quoteAmountFields(quote)) },
        "taxDetails": { reading, quote, _ in reading.taxDetails(of: quote, reading.quoteAmounts(quote)) },
        "lastTransitioned": { _, quote, _ in
            .part([
                "approvedAt": quote["approvedAt"] ?? .null,
                "changesRequestedAt": quote["changesRequestedAt"] ?? .null,
                "convertedAt": quote["convertedAt"] ?? .null,
            ])
        },
        "depositAmountUnallocated": { reading, quote, _ in
            .number(reading.deposits(of: quote).reduce(0) { $0 + ($1.number("amount") ?? 0) }.money)
        },
        "depositRecords": { reading, quote, call in reading.page(reading.deposits(of: quote), call) },
        "unallocatedDepositRecords": { reading, quote, call in
            reading.page(reading.deposits(of: quote).filter { $0.text("invoiceId") == nil }, call)
        },
        "jobs": { reading, quote, call in
            reading.page(reading.store.referring("Job", by: "quoteId", to: quote.id), call)
        },
        "lineItems": { reading, quote, call in reading.page(quote.objects("lineItems"), of: quote, call) },
        "notes": { reading, quote, call in
            reading.page(reading.notes(of: quote, ["QuoteNote", "ClientNote", "RequestNote"]), call)
        },
        "noteAttachments": { reading, quote, call in reading.noteFiles(of: quote, ["QuoteNote"], call) },
        "jobberWebUri": { _, quote, _ in .text("https://secure.getjobber.com/quotes/\(quote.number)") },
        "clientHubUri": { _, quote, _ in .text("https://clienthub.getjobber.com/quotes/\(quote.number)") },
    ]

    func quoteAmounts(_ quote: JobberRecord) -> DocumentAmounts {
        DocumentAmounts(
            lines: quote.objects("lineItems"), discount: quote["discount"]?.object,
            taxPercent: percent(of: store.record(quote.text("taxRateId"))))
    }

    func deposits(of quote: JobberRecord) -> [JobberRecord] {
        store.referring("PaymentRecord", by: "quoteId", to: quote.id).filter {
            $0.text("adjustmentType") == "DEPOSIT"
        }
    }

    private func quoteAmountFields(_ quote: JobberRecord) -> GraphQLObject {
        let amounts = quoteAmounts(quote)
        var deposit = 0.0
        if let wanted = quote["deposit"]?.object, let rate = wanted.number("rate") {
            deposit = wanted.text("type") == "Percent" ? (amounts.total * rate / 100).money : rate
        }
        let paid = deposits(of: quote).reduce(0) { $0 + ($1.number("amount") ?? 0) }
        return [
            "subtotal": .float(amounts.subtotal), "discountAmount": .float(amounts.discount),
            "taxAmount": .float(amounts.tax), "total": .float(amounts.total),
            "nonTaxAmount": .float((amounts.total - amounts.tax).money), "depositAmount": .float(deposit),
            "outstandingDepositAmount": .float(max(0, deposit - paid).money),
        ]
    }
}
