extension EntityDeclaration {
    static let opportunity = EntityDeclaration(
        .opportunity, "A possible sale; the deal of the CRM.",
        fields: [
            FieldDeclaration(
                "customer", .reference(.customer), "Who may buy.", requiredAtCreate: true),
            FieldDeclaration("contact", .reference(.contact), "Whom to talk to."),
            FieldDeclaration("site", .reference(.site), "Where the work would be done."),
            FieldDeclaration("title", .name, "What the sale is about."),
            FieldDeclaration("stage", .choice(opportunityStages), "How far the sale has come."),
            FieldDeclaration("stage_history", .history(opportunityStages), "The stages so far."),
            FieldDeclaration("amount", .money, "What it may bring.", pii: .financial),
            FieldDeclaration("close_date", .date, "When it was or may be decided."),
            FieldDeclaration("owner", .name, "Who sells."),
            FieldDeclaration("description", .notes, "What the customer needs.", pii: .sensitive),
            FieldDeclaration("requirements", .notes, "Special requirements and expectations.", pii: .sensitive),
            FieldDeclaration("timeline", .notes, "When the customer wants it."),
            FieldDeclaration("financing", .notes, "How the customer pays for it.", pii: .financial),
            FieldDeclaration("requested_window", .appointment, "The appointment that sales has promised."),
            FieldDeclaration("lead_source", .name, "Where the lead came from."),
            FieldDeclaration("service_interest", .notes, "What the lead asked for.", pii: .sensitive),
        ])

    static let estimate = EntityDeclaration(
        .estimate, "An offer with lines and prices; the quote.",
        fields: [
            FieldDeclaration("customer", .reference(.customer), "Who is offered it.", requiredAtCreate: true),
            FieldDeclaration("opportunity", .reference(.opportunity), "The sale that it is part of."),
            FieldDeclaration("site", .reference(.site), "Where the work would be done."),
            FieldDeclaration("contact", .reference(.contact), "Whom to talk to."),
            FieldDeclaration("number", .name, "The number that people call it by; not unique."),
            FieldDeclaration("title", .name, "What is offered."),
            FieldDeclaration("status", .choice(estimateStatuses), "How far the offer has come."),
            FieldDeclaration("status_history", .history(estimateStatuses), "The statuses so far."),
            FieldDeclaration("lines", .lines, "What is offered, line by line.", pii: .financial),
            FieldDeclaration("subtotal", .money, "Sum of the lines.", pii: .financial),
            FieldDeclaration("discount", .money, "Reduction of the sum.", pii: .financial),
            FieldDeclaration("tax", .money, "Tax on it.", pii: .financial),
            FieldDeclaration("total", .money, "What the customer would pay.", pii: .financial),
            FieldDeclaration("valid_until", .date, "The last day of the offer."),
            FieldDeclaration("approved_at", .instant, "When the customer said yes."),
            FieldDeclaration("scope", .notes, "The scope of work in words."),
            FieldDeclaration("timeline", .notes, "When the work would be done."),
            FieldDeclaration("terms", .notes, "Warranty and service level.", pii: .financial),
            FieldDeclaration("revision", .integer, "Counts the versions of the offer."),
            FieldDeclaration("origin", .choice(["crm", "fsm", "ledger"]), "In which system it was written."),
        ])

    static let opportunityStages = ["lead", "qualified", "proposed", "won", "lost"]
    static let estimateStatuses = [
        "draft", "sent", "changes_requested", "approved", "converted", "rejected", "archived",
    ]

    static let serviceAgreement = EntityDeclaration(
        .serviceAgreement, "A maintenance plan, warranty or other recurring promise.",
        fields: [
            FieldDeclaration("customer", .reference(.customer), "Who is promised it.", requiredAtCreate: true),
            FieldDeclaration("site", .reference(.site), "Where it holds."),
            FieldDeclaration("assets", .references(.asset), "The equipment that it covers."),
            FieldDeclaration("number", .name, "The number that people call it by."),
            FieldDeclaration(
                "kind", .choice(["annual_maintenance", "equipment_servicing", "extended_warranty", "preventive"]),
                "What is promised."),
            FieldDeclaration("starts_on", .date, "The first day of the term."),
            FieldDeclaration("ends_on", .date, "The last day of the term."),
            FieldDeclaration("price", .money, "What the term costs.", pii: .financial),
            FieldDeclaration("service_level", .notes, "How soon and how often somebody comes."),
            FieldDeclaration("status", .choice(["draft", "active", "expired", "cancelled"]), "Whether it holds."),
        ])

    static let renewal = EntityDeclaration(
        .renewal, "The chance to sell the next term of a service agreement.",
        fields: [
            FieldDeclaration(
                "agreement", .reference(.serviceAgreement), "The agreement that ends.", requiredAtCreate: true),
            FieldDeclaration("customer", .reference(.customer), "Who may renew."),
            FieldDeclaration("opportunity", .reference(.opportunity), "The sale that came of it."),
            FieldDeclaration("due_on", .date, "The day that the term ends."),
            FieldDeclaration("remind_on", .date, "The day that sales is reminded."),
            FieldDeclaration("status", .choice(["open", "renewed", "declined"]), "What came of it."),
        ])
}
