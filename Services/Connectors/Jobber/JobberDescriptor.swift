import CanonicalModel
import ConnectorKit
import SyncCore

/// What Jobber can and cannot do.
enum JobberDescriptor {
    static let descriptor = ConnectorDescriptor(
        vendor: "jobber", title: "Jobber", roles: [.fsm],
        entities: [customer, contact, site, job, appointment, timeEntry],
        pollStreams: [JobberType.client, .job, .timeEntry].map {
            PollStream(name: $0.list, nativeType: $0.rawValue, interval: .seconds(60))
        } + [sweep],
        authentication: .oauth(
            OAuthSettings(
                tokenPath: "/api/oauth/token", clientAuthentication: .form, expiry: .jwtClaim,
                rotatesRefreshToken: true,
                consent: ConsentSettings(
                    baseURL: "https://api.getjobber.com", path: "/api/oauth/authorize", scopes: .setForApp))),
        // 2,500 requests in 300 seconds; the budget of query points is told by Jobber in each answer.
        rateLimit: RateLimit(burst: 250, perSecond: 7.5), requestCeiling: .seconds(60), indexLag: .seconds(30),
        lateUpdates: .detected(minutes: 2, by: "a read that shows what the late update had wanted"), bulkSize: 1,
        limitations: [
            "No conditional write, no idempotency key: the last write wins, and a create whose answer is lost is "
                + "settled by looking for our id in the custom field.",
            "A client has one main contact: the customer's primary contact, or the first one that comes while none is "
                + "named. A second contact of a customer is not created in Jobber.",
            "A visit or a time sheet entry that is deleted does not say of which job it was: the job follows with its "
                + "next change. Properties cannot be polled; webhooks and the full comparison bring them.",
            "A visit tells no time of its change: whatever has moved without a webhook is found every ten minutes, when "
                + "all jobs with a visit between yesterday and two weeks ahead are read again; one beyond these by the "
                + "full comparison.",
            "Jobber tells no time of a status but completion: earlier steps of the history are derived from visits and "
                + "time sheets, and there is no 'en route', 'on hold' or 'cancelled'.",
            "Jobs that are begun in Jobber, without an approved estimate, are not taken over.",
            "A job's customer and site cannot be changed once it is created.",
            "Which of our lines a line item is stands in the last line of its description; who deletes that makes it a "
                + "line added on site.",
            "Webhook endpoints can neither be listed nor changed: an old address is removed in the Developer Center.",
        ])

    /// The jobs whose visits may move: those around now, all of them each time.
    static let sweep = PollStream(
        name: "scheduled jobs", nativeType: JobberType.job.rawValue, interval: .seconds(600), stride: 10)
    /// How far back and ahead visits are looked at, in days.
    static let swept = (back: Int64(1), ahead: Int64(14))

    private static let standing = JobberFields()

    private static func custom(_ entity: EntityKind) -> Set<FieldName> {
        Set(standing.mapped(of: entity).compactMap(\.field))
    }

    private static let customer = EntityCapability(
        .customer, nativeType: "client", originates: true, creates: true,
        writes: ["name", "kind", "billing_address"], reads: ["name", "kind", "billing_address", "phone", "email"],
        requiredAtCreate: ["name"], keepsExternalID: true,
        createGuarantee: .detected(minutes: 2, by: "a search for our id in the client's custom field"))
    private static let contact = EntityCapability(
        .contact, nativeType: "client", placement: .embeddedIfFree(in: "customer", namedBy: "primary_contact"),
        originates: false, creates: true,
        writes: custom(.contact).union(["first_name", "last_name", "phone", "mobile", "email"]),
        reads: custom(.contact).union(["customer", "first_name", "last_name", "phone", "mobile", "email"]),
        requiredAtCreate: ["customer"], keepsExternalID: true,
        createGuarantee: .prevented(by: "the main contact is a link to its client"))
    private static let site = EntityCapability(
        .site, nativeType: "property", originates: false, creates: true,
        writes: custom(.site).union(["name", "address"]),
        reads: custom(.site).union(["customer", "name", "address"]), requiredAtCreate: ["customer"],
        keepsExternalID: true,
        createGuarantee: .detected(minutes: 2, by: "our id in the custom field of the client's properties"))
    private static let job = EntityCapability(
        .job, nativeType: "job", originates: false, creates: true,
        writes: custom(.job).union(["title", "description", "instructions", "lines"]),
        reads: custom(.job).union([
            "customer", "site", "number", "title", "description", "instructions", "lines", "on_site_lines",
            "parts_used",
            "status", "status_history", "scheduled_window", "eta", "crew", "labor_hours", "completed_at",
            "completion_notes", "final_amount",
        ]),
        requiredAtCreate: ["customer", "site"], keepsExternalID: true,
        createGuarantee: .detected(minutes: 2, by: "our id in the custom field of the client's jobs"))
    private static let appointment = EntityCapability(
        .appointment, nativeType: "visit", originates: true, creates: false, writes: [],
        reads: ["job", "title", "window", "eta", "crew", "status", "completed_at", "instructions"],
        keepsExternalID: false, createGuarantee: .notApplicable)
    private static let timeEntry = EntityCapability(
        .timeEntry, nativeType: "time_entry", originates: true, creates: false, writes: [],
        reads: [
            "job", "appointment", "technician", "started_at", "ended_at", "duration", "labor_rate", "approved", "notes",
        ],
        keepsExternalID: false, createGuarantee: .notApplicable)
}
