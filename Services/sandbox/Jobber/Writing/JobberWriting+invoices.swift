import Foundation
import SandboxGraphQL
import SandboxKit

extension JobberWriting {
    private static let texts = [
        "message", "subject", "contractDisclaimer", "allowClientHubCreditCardPayments", "allowClientHubAchPayments",
        "allowReviewRequest", "allowPartialPayments", "invoiceNumber", "issuedDate", "propertyId", "salespersonId",
        "clientViewOptions",
    ]

    static let invoiceMutations: [String: Mutation] = [
        "invoiceCreate": { writing, arguments throws(JobberUserErrors) in
            ["invoice": .record(try writing.createInvoice(arguments.object("input") ?? [:]))]
        },
        "invoiceEdit": { writing, arguments throws(JobberUserErrors) in
            let invoice = try writing.find(arguments.text("invoiceId"), "Invoice", "invoiceId")
            try writing.editInvoice(invoice, arguments.object("input") ?? [:])
            return ["invoice": .record(invoice)]
        },
        "invoiceClose": { writing, arguments throws(JobberUserErrors) in
            let option = arguments.object("input")?["closeOption"] ?? .null
            return try writing.changed(arguments, "close") { fields, now in
                fields["closedAs"] = option
                if option == "MARK_RECEIVED" { fields["receivedDate"] = now }
            }
        },
        "invoiceReopen": { writing, arguments throws(JobberUserErrors) in
            try writing.changed(arguments, "reopen") { fields, _ in
                fields["closedAs"] = .null
                fields["receivedDate"] = .null
            }
        },
        "invoiceUnmarkBadDebt": { writing, arguments throws(JobberUserErrors) in
            try writing.changed(arguments, "reopen") { fields, _ in
                if fields["closedAs"] == "BAD_DEBT" { fields["closedAs"] = .null }
            }
        },
        "invoiceMarkAsSent": { writing, arguments throws(JobberUserErrors) in
            try writing.changed(arguments, "send") { fields, now in
                fields.fill("sentAt", now)
                fields.fill("issuedDate", now)
            }
        },
    ]

    private func changed(
        _ arguments: GraphQLObject, _ operation: String, _ body: (inout GraphQLObject, GraphQLValue) -> Void
    ) throws(JobberUserErrors) -> Payload {
        let invoice = try find(arguments.text("id"), "Invoice", "id")
        let now = nowValue
        if update(invoice, operation: operation, { body(&$0, now) }) { announce("INVOICE_UPDATE", invoice) }
        return ["invoice": .record(invoice)]
    }

    private func createInvoice(_ input: GraphQLObject) throws(JobberUserErrors) -> JobberRecord {
        let client = try find(input.text("clientId"), "Client", "input", "clientId")
        try checkReferences(
            input,
            [
                ("jobId", "Job"), ("jobIds", "Job"), ("visitIds", "Visit"), ("propertyId", "Property"),
                ("salespersonId", "User"),
            ])
        let tax = input.object("tax") ?? [:]
        try checkReferences(tax, [("taxRateId", "TaxRate")])
        guard !input.objects("lineItems").isEmpty else {
            throw JobberUserErrors("Line items can't be blank", "input", "lineItems")
        }
        let jobIDs = [input.text("jobId")].compactMap(\.self) + input.texts("jobIds")
        for id in jobIDs where store.record(id)?.text("clientId") != client.id {
            throw JobberUserErrors("Job does not belong to the client", "input", "jobIds")
        }
        for note in input.objects("notes") { try checkNote(note) }
        let customFields = try customFieldValues(input.objects("customFields"), on: "Invoice")
        var fields: GraphQLObject = [
            "clientId": .string(client.id), "jobIds": .list(jobIDs.map { .string($0) }),
            "visitIds": input["visitIds"] ?? [], "customFields": .list(customFields),
            "taxRateId": tax["taxRateId"] ?? .null, "taxCalculationMethod": tax["taxCalculationMethod"] ?? "EXCLUSIVE",
        ]
        fields.copy(Self.texts, from: input)
        setDue(input.object("dueDetails") ?? [:], in: &fields)
        setDiscount(input.object("discount"), in: &fields)
        // An invoice line's cost is its total; the unit price follows from the quantity.
        let lines = input.objects("lineItems").enumerated().map { position, input -> GraphQLValue in
            let quantity = input.number("quantity") ?? 1
            let total = input.number("cost") ?? 0
            var line: GraphQLObject = [
                "id": store.nextID("InvoiceLineItem"), "totalPrice": .float(total), "quantity": .float(quantity),
                "unitPrice": .float(quantity == 0 ? total : total / quantity),
            ]
            line.copy(["name", "description", "category", "taxable", "date", "jobLineItemId"], from: input)
            return .object(Self.filledLine(line, position: position, at: nowValue))
        }
        fields["lineItems"] = .list(lines)
        if input.flag("markSent") == true {
            fields["sentAt"] = nowValue
            fields.fill("issuedDate", nowValue)
        }
        let invoice = create("Invoice", filledInvoice(fields))
        announce("INVOICE_CREATE", invoice)
        for note in input.objects("notes") { try createNote(note, "InvoiceNote", on: invoice) }
        return invoice
    }

    /// The fields that every invoice has.
    func filledInvoice(_ fields: GraphQLObject) -> GraphQLObject {
        var fields = fields
        fields.fill("invoiceNumber", .string(String(nextDocumentNumber("Invoice"))))
        fields.fill("subject", "For Services Rendered")
        fields.fill("taxCalculationMethod", "EXCLUSIVE")
        fields.fill("allowReviewRequest", false)
        for name in ["jobIds", "visitIds", "lineItems", "customFields"] { fields.fill(name, []) }
        return fields
    }

    private func setDue(_ details: GraphQLObject, in fields: inout GraphQLObject) {
        fields.copy(["dueDate", "invoiceNet"], from: details)
        if details["dueDate"]?.string == nil, let days = details["invoiceNet"]?.int {
            let issued = fields.text("issuedDate").flatMap(SandboxInstant.init(iso8601:)) ?? now
            fields["dueDate"] = GraphQLValue(calendar.adding(days, .day, to: issued))
        }
    }

    private func setDiscount(_ discount: GraphQLObject?, in fields: inout GraphQLObject) {
        guard let discount else { return }
        fields["discount"] = ["rate": discount["discountRate"] ?? 0, "type": discount["discountType"] ?? "Unit"]
    }

    private func editInvoice(_ invoice: JobberRecord, _ input: GraphQLObject) throws(JobberUserErrors) {
        try checkReferences(
            input, [("taxRateId", "TaxRate"), ("propertyId", "Property"), ("salespersonId", "User")])
        let customFields = try customFieldValues(
            input.objects("customFields"), on: "Invoice", merging: invoice.objects("customFields"))
        let isChanged = update(invoice) { fields in
            fields.copy(Self.texts + ["taxRateId"], from: input)
            if let details = input.object("dueDetails") { setDue(details, in: &fields) }
            setDiscount(input.object("discount"), in: &fields)
            fields["customFields"] = .list(customFields)
        }
        if isChanged { announce("INVOICE_UPDATE", invoice) }
    }
}
