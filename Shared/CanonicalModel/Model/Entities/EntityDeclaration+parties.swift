extension EntityDeclaration {
    static let customer = EntityDeclaration(
        .customer, "A household or company that buys; the account of the CRM, the bill-to of the ledger.",
        fields: [
            FieldDeclaration("name", .name, "The name everybody calls the customer by.", pii: .personal),
            FieldDeclaration("legal_name", .name, "The name that contracts and invoices bear.", pii: .personal),
            FieldDeclaration("kind", .choice(["person", "company"]), "Whether a household or a company buys."),
            FieldDeclaration(
                "status", .choice(["lead", "prospect", "active", "inactive"]), "How far the relation has come."),
            FieldDeclaration("phone", .name, "The main telephone number.", pii: .personal),
            FieldDeclaration("email", .name, "The main e-mail address.", pii: .personal),
            FieldDeclaration("website", .name, "The web address or domain."),
            FieldDeclaration("industry", .name, "The customer's line of business."),
            FieldDeclaration("billing_address", .address, "Where invoices go.", pii: .personal),
            FieldDeclaration("billing_email", .name, "The e-mail address that invoices go to.", pii: .personal),
            FieldDeclaration("billing_terms", .name, "When invoices are due, by the ledger's term.", pii: .financial),
            FieldDeclaration("currency", .text(max: 3), "The currency that the customer is billed in (ISO 4217)."),
            FieldDeclaration("tax_exempt", .flag, "Whether no tax is charged.", pii: .financial),
            FieldDeclaration("parent", .reference(.customer), "The company that this one belongs to."),
            FieldDeclaration("primary_contact", .reference(.contact), "Whom to call about service."),
            FieldDeclaration("billing_contact", .reference(.contact), "Whom to call about invoices."),
            FieldDeclaration(
                "communication_preference", .choice(["phone", "text", "email", "none"]),
                "How the customer wants to be reached."),
            FieldDeclaration("lead_source", .name, "Where the lead came from."),
            FieldDeclaration("service_interest", .notes, "What the lead asked for.", pii: .sensitive),
            FieldDeclaration("notes", .notes, "Notes of the office.", pii: .sensitive),
            FieldDeclaration("balance", .money, "What the customer owes, by the ledger.", pii: .financial),
            FieldDeclaration("invoices", .references(.invoice), "The customer's invoices.", derived: true),
            FieldDeclaration("revenue", .money, "What has been invoiced so far.", pii: .financial, derived: true),
            FieldDeclaration("last_service_at", .instant, "When a job was last completed.", derived: true),
        ])

    static let contact = EntityDeclaration(
        .contact, "A person at a customer.",
        fields: [
            FieldDeclaration(
                "customer", .reference(.customer), "The customer that the person belongs to.", requiredAtCreate: true),
            FieldDeclaration("first_name", .name, "Given name.", pii: .personal),
            FieldDeclaration("last_name", .name, "Family name.", pii: .personal),
            FieldDeclaration("job_title", .name, "The person's position."),
            FieldDeclaration("purpose", .choice(["service", "billing", "both"]), "What to call the person about."),
            FieldDeclaration("phone", .name, "Telephone number.", pii: .personal),
            FieldDeclaration("mobile", .name, "Mobile telephone number.", pii: .personal),
            FieldDeclaration("email", .name, "E-mail address.", pii: .personal),
            FieldDeclaration(
                "communication_preference", .choice(["phone", "text", "email", "none"]),
                "How the person wants to be reached."),
            FieldDeclaration("delivery_notes", .notes, "How to deliver and where to park.", pii: .sensitive),
            FieldDeclaration("access_notes", .notes, "How to get in: gate, dog, key.", pii: .sensitive),
        ])

    static let site = EntityDeclaration(
        .site, "A place where work is done; the property or service location.",
        fields: [
            FieldDeclaration(
                "customer", .reference(.customer), "The customer that the place belongs to.", requiredAtCreate: true),
            FieldDeclaration("name", .name, "The place's name, unique within its customer.", pii: .personal),
            FieldDeclaration("address", .address, "Where it is.", pii: .personal),
            FieldDeclaration("time_zone", .text(max: 64), "The place's zone, by its IANA name."),
            FieldDeclaration("latitude", .quantity, "Latitude of the pin.", pii: .personal, unit: "degrees"),
            FieldDeclaration("longitude", .quantity, "Longitude of the pin.", pii: .personal, unit: "degrees"),
            FieldDeclaration("access_notes", .notes, "How to get in: gate, dog, key.", pii: .sensitive),
        ])
}
