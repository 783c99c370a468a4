extension EntityDeclaration {
    static let invoiceStatuses = ["draft", "posted", "partly_paid", "paid", "void"]

    static let invoice = EntityDeclaration(
        .invoice, "A bill, posted in the ledger.",
        fields: [
            FieldDeclaration("customer", .reference(.customer), "Who pays.", requiredAtCreate: true),
            FieldDeclaration("job", .reference(.job), "For which job."),
            FieldDeclaration("estimate", .reference(.estimate), "The approved offer that sets the prices."),
            FieldDeclaration("site", .reference(.site), "Where the work was done."),
            FieldDeclaration("number", .name, "The ledger's number; written once."),
            FieldDeclaration("status", .choice(invoiceStatuses), "How far it has come."),
            FieldDeclaration("issued_on", .date, "The posting date."),
            FieldDeclaration("due_on", .date, "The day that it is due."),
            FieldDeclaration("lines", .lines, "What is billed, line by line.", pii: .financial),
            FieldDeclaration("subtotal", .money, "Sum of the lines.", pii: .financial),
            FieldDeclaration("tax", .money, "Tax on it.", pii: .financial),
            FieldDeclaration("total", .money, "What is to be paid.", pii: .financial),
            FieldDeclaration("balance", .money, "What is still owed.", pii: .financial),
            FieldDeclaration("exchange_rate", .quantity, "Home currency for one of its own; absent or real."),
            FieldDeclaration("billing_email", .name, "Where it is sent.", pii: .personal),
            FieldDeclaration("memo", .notes, "Words that the customer reads."),
            FieldDeclaration("job_reference", .name, "The job's number, as the ledger shows it."),
            FieldDeclaration("billed_hours", .quantity, "The hours that it bills.", unit: "hours"),
        ])

    static let payment = EntityDeclaration(
        .payment, "Money that a customer has paid.",
        fields: [
            FieldDeclaration("customer", .reference(.customer), "Who paid.", requiredAtCreate: true),
            FieldDeclaration("invoices", .references(.invoice), "The invoices that it is applied to."),
            FieldDeclaration("amount", .money, "How much.", pii: .financial),
            FieldDeclaration("unapplied", .money, "How much of it is applied to nothing.", pii: .financial),
            FieldDeclaration("received_on", .date, "When."),
            FieldDeclaration("method", .name, "Cash, check, card and so on.", pii: .financial),
            FieldDeclaration("number", .name, "The check's or the transfer's number.", pii: .financial),
        ])

    static let creditNote = EntityDeclaration(
        .creditNote, "A correction in the customer's favour.",
        fields: [
            FieldDeclaration("customer", .reference(.customer), "Whose favour.", requiredAtCreate: true),
            FieldDeclaration("invoice", .reference(.invoice), "The invoice that it corrects."),
            FieldDeclaration("number", .name, "The ledger's number; written once."),
            FieldDeclaration("issued_on", .date, "The posting date."),
            FieldDeclaration("lines", .lines, "What is credited, line by line.", pii: .financial),
            FieldDeclaration("total", .money, "How much.", pii: .financial),
            FieldDeclaration("balance", .money, "How much of it is applied to nothing.", pii: .financial),
            FieldDeclaration("reason", .notes, "Why."),
        ])

    static let taxCode = EntityDeclaration(
        .taxCode, "A rule of the ledger that sets the tax of a line.",
        fields: [
            FieldDeclaration("name", .name, "What the ledger calls it."),
            FieldDeclaration("rate", .quantity, "The rate.", unit: "percent"),
            FieldDeclaration("description", .notes, "When it applies."),
            FieldDeclaration("active", .flag, "Whether it may be used."),
        ])

    static let item = EntityDeclaration(
        .item, "A thing or service of the price list.",
        fields: [
            FieldDeclaration("name", .name, "Its name, unique in the ledger."),
            FieldDeclaration("sku", .name, "Its stock-keeping number."),
            FieldDeclaration("description", .notes, "The words that the customer reads."),
            FieldDeclaration("kind", .choice(["service", "stock", "non_stock", "bundle"]), "What it is."),
            FieldDeclaration("unit", .name, "What one of it is."),
            FieldDeclaration("unit_price", .money, "The list price of one.", pii: .financial),
            FieldDeclaration("unit_cost", .money, "What one costs the company.", pii: .financial),
            FieldDeclaration("tax_code", .reference(.taxCode), "How it is taxed."),
            FieldDeclaration("quantity_on_hand", .quantity, "How many are in stock."),
            FieldDeclaration("active", .flag, "Whether it is sold."),
        ])

    static let stockReservation = EntityDeclaration(
        .stockReservation, "Parts set aside for a job.",
        fields: [
            FieldDeclaration("job", .reference(.job), "For which job.", requiredAtCreate: true),
            FieldDeclaration("item", .reference(.item), "Which item.", requiredAtCreate: true),
            FieldDeclaration("quantity", .quantity, "How many."),
            FieldDeclaration("needed_on", .date, "By when."),
            FieldDeclaration("serial_numbers", .texts, "Which ones."),
            FieldDeclaration(
                "status", .choice(["requested", "reserved", "short", "released", "consumed"]), "How it stands."),
        ])

    static let purchaseOrder = EntityDeclaration(
        .purchaseOrder, "Parts ordered from a supplier.",
        fields: [
            FieldDeclaration("supplier", .name, "From whom."),
            FieldDeclaration("job", .reference(.job), "For which job."),
            FieldDeclaration("number", .name, "The ledger's number."),
            FieldDeclaration("lines", .lines, "What is ordered, line by line.", pii: .financial),
            FieldDeclaration("total", .money, "What it costs.", pii: .financial),
            FieldDeclaration("ordered_on", .date, "When it was ordered."),
            FieldDeclaration("expected_on", .date, "When it should arrive."),
            FieldDeclaration(
                "status", .choice(["draft", "ordered", "partly_received", "received", "cancelled"]), "How it stands."),
        ])
}
