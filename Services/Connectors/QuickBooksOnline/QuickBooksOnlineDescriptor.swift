import CanonicalModel
import ConnectorKit
import SyncCore

/// What QuickBooks Online can and cannot do.
enum QuickBooksOnlineDescriptor {
    /// The stream that tells what was deleted, which queries do not show.
    static let deletions = PollStream(
        name: "deletions", nativeType: QuickBooksOnlineType.invoice.rawValue, interval: .seconds(300))

    static let descriptor = ConnectorDescriptor(
        vendor: "quickbooks", title: "QuickBooks Online", roles: [.ledger],
        entities: [customer, site, item, invoice, payment, creditNote],
        pollStreams: QuickBooksOnlineType.allCases.map {
            PollStream(name: $0.path, nativeType: $0.rawValue, interval: .seconds($0 == .item ? 300 : 60))
        } + [deletions],
        authentication: .privateTokenOrOAuth(
            OAuthSettings(
                tokenPath: "/oauth2/v1/tokens/bearer", clientAuthentication: .basic, expiry: .expiresIn,
                rotatesRefreshToken: true,
                consent: ConsentSettings(
                    baseURL: "https://appcenter.intuit.com", path: "/connect/oauth2",
                    scopes: .named(["com.intuit.quickbooks.accounting"])))),
        // 500 requests a minute; a batch counts for twelve, for only 40 batches a minute are allowed.
        rateLimit: RateLimit(burst: 50, perSecond: 7.5), requestCeiling: .seconds(120), indexLag: .seconds(30),
        lateUpdates: .prevented(by: "the version that an update names: QuickBooks refuses one of another version"),
        bulkSize: QuickBooksOnlineAPI.batchLimit,
        limitations: [
            "Names are unique across customers, vendors and employees. A customer whose name somebody else has is created "
                + "with eight digits of our id behind the name, such as 'Ann Lee [1b2c3d4e]', never joined with the other; "
                + "the digits are left out when the name is read.",
            "A colon cannot stand in a name; it is written as '\u{A789}' and read as a colon. A name with a tab or a line "
                + "break is refused.",
            "A customer that Plumbline has made bears our id in its notes, an invoice in its private note, below what people "
                + "write there. A customer whose id somebody deletes is known by the id map alone.",
            "A customer has one shipping address. The first site of a customer is that; further ones become sub-customers "
                + "that are named by their street. An invoice is always the customer's, with the site's address to ship to.",
            "A sub-customer that was made in QuickBooks Online and a project are no customers of ours; their invoices and "
                + "payments are those of the customer above them.",
            "Contacts, the parent company and a second e-mail address have no place: the customer's own phone and e-mail "
                + "address are written.",
            "A merge of two customers is seen as a change of the one and the end of the other; a person joins the records.",
            "The number and the tax are QuickBooks Online's own; a line says TAX or NON only, by the overlay, and is not taxed "
                + "where nothing says so. Invoices in a currency other than the connection's are read, but not created.",
            "An invoice in a closed period is refused, and so is a write that was made for an older version than the newest; "
                + "estimates, time activities and documents are not written.",
            "A change that an invoice makes to the balance of its customer is seen by the poll, for it has no webhook. "
                + "Deletions among more than 1,000 changes between two polls are found by the full comparison.",
        ])

    private static let customer = EntityCapability(
        .customer, nativeType: "Customer", originates: true, creates: true,
        writes: ["name", "legal_name", "phone", "email", "billing_address"],
        reads: [
            "name", "legal_name", "phone", "email", "billing_address", "billing_terms", "currency", "tax_exempt",
            "balance",
        ],
        requiredAtCreate: ["name"], keepsExternalID: false,
        createGuarantee: .prevented(by: "the request id; a customer with a name of our own is looked for, too"))
    private static let site = EntityCapability(
        .site, nativeType: "Customer", placement: .embeddedIfFree(in: "customer"), originates: false, creates: true,
        writes: ["customer", "address"], reads: ["customer", "address"], requiredAtCreate: ["customer"],
        keepsExternalID: false,
        createGuarantee: .prevented(by: "the first site is a link to its customer, others have the request id"))
    private static let item = EntityCapability(
        .item, nativeType: "Item", originates: true, creates: false, writes: [],
        reads: ["name", "sku", "description", "kind", "unit_price", "unit_cost", "quantity_on_hand", "active"],
        keepsExternalID: false, createGuarantee: .notApplicable)
    private static let invoice = EntityCapability(
        .invoice, nativeType: "Invoice", originates: true, creates: true,
        writes: [
            "customer", "site", "issued_on", "due_on", "lines", "billing_email", "memo", "job_reference",
            "billed_hours",
        ],
        reads: [
            "customer", "number", "status", "issued_on", "due_on", "lines", "subtotal", "tax", "total", "balance",
            "exchange_rate", "billing_email", "memo", "job_reference", "billed_hours",
        ],
        requiredAtCreate: ["customer", "lines"], keepsExternalID: false,
        createGuarantee: .prevented(by: "the request id, and our id in the private note"))
    private static let payment = EntityCapability(
        .payment, nativeType: "Payment", originates: true, creates: false, writes: [],
        reads: ["customer", "invoices", "amount", "unapplied", "received_on", "method", "number"],
        keepsExternalID: false, createGuarantee: .notApplicable)
    private static let creditNote = EntityCapability(
        .creditNote, nativeType: "CreditMemo", originates: true, creates: false, writes: [],
        reads: ["customer", "invoice", "number", "issued_on", "lines", "total", "balance", "reason"],
        keepsExternalID: false, createGuarantee: .notApplicable)
}
