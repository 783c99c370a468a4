/// The object types of HubSpot that we read, by the name in native references.
enum HubSpotType: String, CaseIterable {
    case company, contact, deal, quote
    case lineItem = "line_item"

    /// The type in paths.
    var plural: String {
        switch self {
        case .company: "companies"
        case .contact: "contacts"
        case .deal: "deals"
        case .quote: "quotes"
        case .lineItem: "line_items"
        }
    }

    /// The property of the last change: contacts have another one than all others.
    var modifiedProperty: String { self == .contact ? "lastmodifieddate" : "hs_lastmodifieddate" }

    /// The number that generic webhooks name the type by.
    var objectTypeID: String {
        switch self {
        case .contact: "0-1"
        case .company: "0-2"
        case .deal: "0-3"
        case .lineItem: "0-8"
        case .quote: "0-14"
        }
    }

    /// The properties that we read.
    var properties: [String] {
        switch self {
        case .company:
            ["name", "phone", "domain", "industry", "description", "lifecyclestage"] + HubSpotProperties.address
                + [HubSpotProperties.externalID, HubSpotProperties.siteID, "hs_lastmodifieddate"]
                + HubSpotProperties.company.map(\.property) + [HubSpotProperties.siteAccessNotes]
        case .contact:
            ["firstname", "lastname", "jobtitle", "phone", "mobilephone", "email", "lastmodifieddate"]
                + [HubSpotProperties.externalID] + HubSpotProperties.contact.map(\.property)
        case .deal:
            ["dealname", "dealstage", "pipeline", "amount", "closedate", "deal_currency_code", "description"]
                + [HubSpotProperties.externalID, HubSpotProperties.siteID, HubSpotProperties.jobID]
                + ["hs_lastmodifieddate"] + HubSpotProperties.deal.map(\.name)
        case .quote:
            ["hs_title", "hs_status", "hs_expiration_date", "hs_quote_number", "hs_quote_amount", "hs_currency"]
                + ["hs_terms", "hs_lastmodifieddate", HubSpotProperties.externalID]
        case .lineItem:
            ["name", "description", "quantity", "price", "amount", "hs_sku", "hs_product_id", "hs_tax_rate_group_id"]
                + ["hs_line_item_currency_code", "hs_position_on_quote", "plumbline_line_kind"]
        }
    }

    /// The properties whose earlier values we read, too: a status that has passed is seen even when it is past.
    var histories: [String] {
        switch self {
        case .deal: ["dealstage"]
        case .quote: ["hs_status"]
        default: []
        }
    }

    /// Whether it matters what people call the associations: a company's contact may be the one for invoices.
    func hasLabels(to other: HubSpotType) -> Bool { self == .company && other == .contact }

    /// The types of associated objects that we read along.
    var associations: [HubSpotType] {
        switch self {
        case .company: [.contact]
        case .contact: [.company]
        case .deal: [.company, .contact]
        case .quote: [.deal, .company, .contact, .lineItem]
        // The quotes of a changed line are asked for by themselves.
        case .lineItem: []
        }
    }
}
