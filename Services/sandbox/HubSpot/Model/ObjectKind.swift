/// A kind of CRM object and its names on the wire.
struct ObjectKind: Sendable, Hashable {
    /// The plural in paths, such as `contacts`.
    let plural: String
    /// The singular in events and error texts, such as `contact`.
    let singular: String
    /// HubSpot's type id, such as `0-1`.
    let typeID: String
    /// The property that says when it was made.
    let createdProperty: String
    /// The property that says when it was last changed: contacts differ from all others.
    let modifiedProperty: String
    /// The first native id; the ranges do not overlap, so that a mixed-up id is never found.
    let firstID: Int
    /// What reads return when no properties are asked for.
    let defaultProperties: [String]
    /// What a create must set.
    let requiredProperties: [String]
    /// What the search box looks at.
    let searchableProperties: [String]
    /// The scope for reading; nil when any token will do.
    let readScope: String?
    /// The scope for writing.
    let writeScope: String?
    /// Whether webhooks name it `contact.…` rather than `object.…`.
    let hasNamedEvents: Bool

    init(
        _ plural: String, _ singular: String, typeID: String, firstID: Int, created: String = "createdate",
        modified: String = "hs_lastmodifieddate", defaults: [String], required: [String] = [],
        searchable: [String] = [], scope: String?, isOneScope: Bool = false, hasNamedEvents: Bool = false
    ) {
        self.plural = plural
        self.singular = singular
        self.typeID = typeID
        self.firstID = firstID
        createdProperty = created
        modifiedProperty = modified
        defaultProperties = defaults + [created, "hs_object_id", modified]
        requiredProperties = required
        searchableProperties = searchable
        readScope = scope.map { isOneScope ? $0 : $0 + ".read" }
        writeScope = scope.map { isOneScope ? $0 : $0 + ".write" }
        self.hasNamedEvents = hasNamedEvents
    }

    /// What webhooks call it.
    var eventPrefix: String { hasNamedEvents ? singular : "object" }

    static let standard: [ObjectKind] = [
        ObjectKind(
            "contacts", "contact", typeID: "0-1", firstID: 1_000_101, modified: "lastmodifieddate",
            defaults: ["email", "firstname", "lastname"],
            searchable: ["email", "firstname", "lastname", "phone", "mobilephone", "company"],
            scope: "crm.objects.contacts", hasNamedEvents: true),
        ObjectKind(
            "companies", "company", typeID: "0-2", firstID: 20_000_501, defaults: ["domain", "name"],
            searchable: ["name", "domain", "phone", "website"], scope: "crm.objects.companies", hasNamedEvents: true),
        ObjectKind(
            "deals", "deal", typeID: "0-3", firstID: 300_000_701,
            defaults: ["amount", "closedate", "dealname", "dealstage", "pipeline"],
            searchable: ["dealname", "description", "dealtype"], scope: "crm.objects.deals", hasNamedEvents: true),
        ObjectKind(
            "tickets", "ticket", typeID: "0-5", firstID: 4_000_000_301,
            defaults: [
                "content", "hs_pipeline", "hs_pipeline_stage", "hs_ticket_category", "hs_ticket_priority", "subject",
            ],
            required: ["hs_pipeline_stage"], searchable: ["subject", "content"], scope: "tickets", isOneScope: true,
            hasNamedEvents: true),
        ObjectKind(
            "products", "product", typeID: "0-7", firstID: 5_000_000_101, defaults: ["description", "name", "price"],
            required: ["name"], searchable: ["name", "description", "hs_sku"], scope: "crm.objects.products",
            hasNamedEvents: true),
        ObjectKind(
            "line_items", "line_item", typeID: "0-8", firstID: 6_000_000_901, defaults: ["hs_product_id", "quantity"],
            searchable: ["name", "description"], scope: "crm.objects.line_items", hasNamedEvents: true),
        ObjectKind(
            "quotes", "quote", typeID: "0-14", firstID: 7_000_000_201, created: "hs_createdate",
            defaults: ["hs_expiration_date", "hs_quote_amount", "hs_quote_number", "hs_status", "hs_title"],
            required: ["hs_title", "hs_expiration_date"], searchable: ["hs_title", "hs_quote_number"],
            scope: "crm.objects.quotes"),
        ObjectKind(
            "quote_template", "quote_template", typeID: "0-64", firstID: 7_900_000_001, created: "hs_createdate",
            defaults: ["hs_name", "hs_active"], required: ["hs_name"], scope: "crm.objects.quotes"),
        ObjectKind(
            "notes", "note", typeID: "0-46", firstID: 8_000_000_101, created: "hs_createdate", defaults: [],
            required: ["hs_timestamp"], searchable: ["hs_note_body"], scope: "crm.objects.contacts"),
        ObjectKind(
            "tasks", "task", typeID: "0-27", firstID: 8_500_000_101, created: "hs_createdate", defaults: [],
            required: ["hs_timestamp"], searchable: ["hs_task_subject", "hs_task_body"], scope: "crm.objects.contacts"),
        ObjectKind(
            "calls", "call", typeID: "0-48", firstID: 8_600_000_101, created: "hs_createdate", defaults: [],
            required: ["hs_timestamp"], scope: "crm.objects.contacts"),
        ObjectKind(
            "emails", "email", typeID: "0-49", firstID: 8_700_000_101, created: "hs_createdate", defaults: [],
            required: ["hs_timestamp"], scope: "crm.objects.contacts"),
        ObjectKind(
            "meetings", "meeting", typeID: "0-47", firstID: 8_800_000_101, created: "hs_createdate", defaults: [],
            required: ["hs_timestamp"], scope: "crm.objects.contacts"),
        ObjectKind(
            "invoices", "invoice", typeID: "0-53", firstID: 9_000_000_101, created: "hs_createdate",
            defaults: ["hs_invoice_status", "hs_amount_billed", "hs_balance_due"], scope: "crm.objects.invoices"),
    ]
}
