import CanonicalModel
import ConnectorKit
import SyncCore

/// What HubSpot can and cannot do.
enum HubSpotDescriptor {
    static let descriptor = ConnectorDescriptor(
        vendor: "hubspot", title: "HubSpot", roles: [.crm],
        entities: [customer, contact, site, opportunity, estimate, job],
        pollStreams: HubSpotType.allCases.filter { $0 != .lineItem }.map {
            PollStream(name: $0.plural, nativeType: $0.rawValue, interval: .seconds(60))
        },
        authentication: .privateTokenOrOAuth(
            OAuthSettings(
                tokenPath: "/oauth/v1/token", clientAuthentication: .form, expiry: .expiresIn,
                rotatesRefreshToken: false,
                consent: ConsentSettings(
                    baseURL: "https://app.hubspot.com", path: "/oauth/authorize", scopes: .named(scopes)))),
        // 100 calls in any ten seconds: the burst and what comes back meanwhile.
        rateLimit: RateLimit(burst: 50, perSecond: 5), requestCeiling: .seconds(60), indexLag: .seconds(30),
        lateUpdates: .detected(minutes: 2, by: "a read that shows what the late update had wanted"),
        bulkSize: 1,
        limitations: [
            "No conditional write: the last write of a property wins, so a property that we own may be overwritten for "
                + "the moment between our read and our write; the next event sets it right.",
            "Jobs and sites are properties of the deal; a job without a deal is not shown.",
            "Records of the CRM are never created by Plumbline: sales begins them.",
            "The contact for invoices is the one whose association with the company bears the label 'Billing contact' "
                + "(overlay: billing_label). HubSpot has such labels from its Professional tier on; without them the "
                + "contact that was made first is the one to call about service, and nobody is named for invoices.",
            "Parts used and lines added on site are written as text and not read back.",
        ])

    /// What a consent asks for: the objects that are read and written, and the properties that are made at connect.
    private static let scopes: [String] = {
        let records = ["companies", "contacts", "deals"].flatMap { (kind: String) -> [String] in
            [
                "crm.objects.\(kind).read", "crm.objects.\(kind).write", "crm.schemas.\(kind).read",
                "crm.schemas.\(kind).write",
            ]
        }
        let sales = ["quotes", "line_items"].flatMap { (kind: String) -> [String] in
            ["crm.objects.\(kind).read", "crm.objects.\(kind).write"]
        }
        return ["oauth"] + records + sales
    }()

    private static let customer = EntityCapability(
        .customer, nativeType: "company", originates: true, creates: false,
        writes: ["balance", "billing_terms", "last_service_at"],
        reads: [
            "name", "phone", "website", "industry", "billing_address", "notes", "primary_contact", "billing_contact",
            "status",
        ],
        keepsExternalID: true, createGuarantee: .notApplicable)
    private static let contact = EntityCapability(
        .contact, nativeType: "contact", originates: true, creates: false,
        writes: ["delivery_notes", "access_notes"],
        reads: [
            "customer", "first_name", "last_name", "job_title", "phone", "mobile", "email", "delivery_notes",
            "access_notes",
        ],
        keepsExternalID: true, createGuarantee: .notApplicable)
    private static let site = EntityCapability(
        .site, nativeType: "deal", originates: true, creates: false, writes: ["access_notes"],
        reads: ["customer", "name", "address", "time_zone", "access_notes"], keepsExternalID: true,
        createGuarantee: .notApplicable)
    private static let opportunity = EntityCapability(
        .opportunity, nativeType: "deal", originates: true, creates: false, writes: ["stage"],
        reads: [
            "customer", "contact", "site", "title", "stage", "stage_history", "amount", "close_date", "description",
            "requirements", "requested_window",
        ],
        keepsExternalID: true, createGuarantee: .notApplicable)
    private static let estimate = EntityCapability(
        .estimate, nativeType: "quote", originates: true, creates: false, writes: [],
        reads: [
            "customer", "opportunity", "site", "contact", "title", "status", "status_history", "lines", "subtotal",
            "total", "valid_until", "approved_at", "number", "terms",
        ],
        keepsExternalID: true, createGuarantee: .notApplicable)
    private static let job = EntityCapability(
        .job, nativeType: "deal", placement: .embedded(in: "opportunity"), originates: false, creates: true,
        writes: Set(HubSpotProperties.job.map(\.field)).union(["scheduled_window"]),
        reads: Set(HubSpotProperties.job.filter(\.isRead).map(\.field)).union(["scheduled_window"]),
        requiredAtCreate: ["opportunity"], keepsExternalID: true,
        createGuarantee: .prevented(by: "a job is a link to its deal"))
}
