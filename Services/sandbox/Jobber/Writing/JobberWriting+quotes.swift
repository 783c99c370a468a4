import SandboxGraphQL

extension JobberWriting {
    private static let texts = [
        "title", "message", "contractDisclaimer", "taxRateId", "salespersonId", "allowClientHubCreditCardPayments",
        "allowClientHubAchPayments", "mandatoryPaymentMethodOnFile", "clientViewOptions", "discount", "deposit",
    ]
    private static let references = [("taxRateId", "TaxRate"), ("salespersonId", "User")]

    static let quoteMutations: [String: Mutation] = [
        "quoteCreate": { writing, arguments throws(JobberUserErrors) in
            ["quote": .record(try writing.createQuote(arguments.object("attributes") ?? [:]))]
        },
        "quoteEdit": { writing, arguments throws(JobberUserErrors) in
            let quote = try writing.find(arguments.text("quoteId"), "Quote", "quoteId")
            try writing.editQuote(quote, arguments.object("attributes") ?? [:])
            return ["quote": .record(quote)]
        },
        "quoteCreateLineItems": { writing, arguments throws(JobberUserErrors) in
            let quote = try writing.find(arguments.text("quoteId"), "Quote", "quoteId")
            try writing.checkLines(arguments.objects("lineItems"))
            return writing.addLines(writing.newLines(arguments.objects("lineItems"), "Quote"), to: quote)
        },
        "quoteCreateTextLineItems": { writing, arguments throws(JobberUserErrors) in
            let quote = try writing.find(arguments.text("quoteId"), "Quote", "quoteId")
            let inputs = arguments.objects("lineItems").map { input in
                var line = input
                line["textOnly"] = true
                return line
            }
            try writing.checkLines(inputs)
            return writing.addLines(writing.newLines(inputs, "Quote"), to: quote)
        },
        "quoteEditLineItems": { writing, arguments throws(JobberUserErrors) in
            let quote = try writing.find(arguments.text("quoteId"), "Quote", "quoteId")
            let (all, changed) = try writing.editedLines(quote.objects("lineItems"), arguments.objects("lineItems"))
            writing.setLines(all, of: quote)
            return ["quote": .record(quote), "modifiedLineItems": .list(changed.map { .part($0, of: quote) })]
        },
        "quoteDeleteLineItems": { writing, arguments throws(JobberUserErrors) in
            let quote = try writing.find(arguments.text("quoteId"), "Quote", "quoteId")
            let (all, removed) = try writing.removedLines(quote.objects("lineItems"), arguments.texts("lineItemIds"))
            writing.setLines(all, of: quote)
            return ["quote": .record(quote), "deletedLineItems": .list(removed.map { .part($0, of: quote) })]
        },
    ]

    private func createQuote(_ input: GraphQLObject) throws(JobberUserErrors) -> JobberRecord {
        let client = try find(input.text("clientId"), "Client", "attributes", "clientId")
        let property = try find(input.text("propertyId"), "Property", "attributes", "propertyId")
        guard property.text("clientId") == client.id else {
            throw JobberUserErrors("Property does not belong to the client", "attributes", "propertyId")
        }
        try checkReferences(input, Self.references + [("requestId", "Request")])
        try checkLines(input.objects("lineItems"))
        for note in input.objects("notes") { try checkNote(note) }
        let customFields = try customFieldValues(input.objects("customFields"), on: "Quote")
        var fields: GraphQLObject = [
            "clientId": .string(client.id), "propertyId": .string(property.id),
            "requestId": input["requestId"] ?? .null, "customFields": .list(customFields),
        ]
        fields.copy(Self.texts, from: input)
        if let number = input["quoteNumber"]?.int { fields["quoteNumber"] = .string(String(number)) }
        fields["lineItems"] = .list(newLines(input.objects("lineItems"), "Quote").map { .object($0) })
        let isSent = input.text("transitionQuoteTo") == "AWAITING_RESPONSE"
        if isSent {
            fields["quoteStatus"] = "awaiting_response"
            fields["sentAt"] = nowValue
        }
        let quote = create("Quote", filledQuote(fields))
        announce("QUOTE_CREATE", quote)
        if isSent { announce("QUOTE_SENT", quote) }
        for note in input.objects("notes") { try createNote(note, "QuoteNote", on: quote) }
        return quote
    }

    /// The fields that every quote has.
    func filledQuote(_ fields: GraphQLObject) -> GraphQLObject {
        var fields = fields
        fields.fill("quoteNumber", .string(String(nextDocumentNumber("Quote"))))
        fields.fill("quoteStatus", "draft")
        fields.fill("transitionedAt", nowValue)
        for name in ["lineItems", "customFields"] { fields.fill(name, []) }
        for name in ["discount", "deposit"] {
            if let modifier = fields.object(name) {
                fields[name] = ["rate": modifier["rate"] ?? 0, "type": modifier["type"] ?? "Unit"]
            }
        }
        return fields
    }

    /// The next number of a document.
    ///
    /// Like Jobber's, it is no identity: one that was given by hand may come again.
    func nextDocumentNumber(_ collection: String) -> Int {
        store.nextNumber("\(collection)Number")
    }

    private func editQuote(_ quote: JobberRecord, _ input: GraphQLObject) throws(JobberUserErrors) {
        if quote.text("quoteStatus") == "archived" {
            throw JobberUserErrors("An archived quote cannot be edited", "quoteId")
        }
        try checkReferences(input, Self.references)
        let customFields = try customFieldValues(
            input.objects("customFields"), on: "Quote", merging: quote.objects("customFields"))
        let wasSent = quote.text("sentAt") != nil
        let isChanged = update(quote) { fields in
            fields.copy(Self.texts + ["quoteNumber", "sentAt"], from: input)
            fields["customFields"] = .list(customFields)
            if let sentAt = input["sentAt"], !sentAt.isNull, fields.text("quoteStatus") == "draft" {
                fields["quoteStatus"] = "awaiting_response"
                fields["transitionedAt"] = nowValue
            }
        }
        if isChanged { announce("QUOTE_UPDATE", quote) }
        if !wasSent, quote.text("sentAt") != nil { announce("QUOTE_SENT", quote) }
    }

    private func addLines(_ lines: [GraphQLObject], to quote: JobberRecord) -> Payload {
        setLines(quote.objects("lineItems") + lines, of: quote)
        return ["quote": .record(quote), "createdLineItems": .list(lines.map { .part($0, of: quote) })]
    }

    private func setLines(_ lines: [GraphQLObject], of quote: JobberRecord) {
        if update(quote, { $0["lineItems"] = .list(lines.map { .object($0) }) }) { announce("QUOTE_UPDATE", quote) }
    }

    /// Moves a quote to another status, as its client or a user of the office does.
    func transition(_ quote: JobberRecord, to status: String) {
        let moment: String? =
            switch status {
            case "approved": "approvedAt"
            case "changes_requested": "changesRequestedAt"
            case "converted": "convertedAt"
            case "awaiting_response": "sentAt"
            case "archived": "archivedAt"
            default: nil
            }
        let isChanged = update(quote, operation: "transition") { fields in
            fields["quoteStatus"] = .string(status)
            if fields["quoteStatus"] != quote["quoteStatus"] { fields["transitionedAt"] = nowValue }
            if let moment, quote.text("quoteStatus") != status { fields[moment] = nowValue }
        }
        guard isChanged else { return }
        announce("QUOTE_UPDATE", quote)
        if status == "approved" { announce("QUOTE_APPROVED", quote) }
        if status == "awaiting_response" { announce("QUOTE_SENT", quote) }
    }
}
