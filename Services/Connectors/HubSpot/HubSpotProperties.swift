import CanonicalModel

/// The properties of our own that are created at connect, in a group of their own.
enum HubSpotProperties {
    /// A property and the canonical field that it shows.
    struct Mapped {
        let field: FieldName
        let property: String
        let label: String
        let form: Form
        /// Whether it is read back: a text made from lines is not.
        var isRead = true
    }

    /// How a value is written in a property; HubSpot's values are all strings.
    enum Form {
        case text, multiline, number, instant, date, money, names, lines, choice
    }

    /// A property as it is declared to HubSpot.
    struct Declared {
        let name: String
        let label: String
        let type: String
        let fieldType: String
        var isUnique = false
    }

    static let group = "plumbline"
    static let externalID = "plumbline_id"
    static let siteID = "plumbline_site_id"
    static let jobID = "plumbline_job_id"
    static let siteAccessNotes = "plumbline_site_access_notes"
    static let address = ["address", "address2", "city", "state", "zip", "country"]
    static let siteAddress = ["street", "street2", "city", "state", "zip", "country"].map { "plumbline_site_\($0)" }

    static let company: [Mapped] = [
        Mapped(field: "balance", property: "plumbline_balance", label: "Balance", form: .money),
        Mapped(field: "billing_terms", property: "plumbline_billing_terms", label: "Billing terms", form: .text),
        Mapped(field: "last_service_at", property: "plumbline_last_service_at", label: "Last service", form: .instant),
    ]
    static let contact: [Mapped] = [
        Mapped(
            field: "delivery_notes", property: "plumbline_delivery_notes", label: "Delivery notes", form: .multiline),
        Mapped(field: "access_notes", property: "plumbline_access_notes", label: "Access notes", form: .multiline),
    ]
    static let job: [Mapped] = [
        Mapped(field: "number", property: "plumbline_job_number", label: "Job number", form: .text),
        Mapped(field: "status", property: "plumbline_job_status", label: "Job status", form: .choice),
        Mapped(field: "eta", property: "plumbline_eta", label: "ETA", form: .instant),
        Mapped(field: "crew", property: "plumbline_crew", label: "Crew", form: .names),
        Mapped(field: "completed_at", property: "plumbline_completed_at", label: "Completed at", form: .instant),
        Mapped(
            field: "completion_notes", property: "plumbline_completion_notes", label: "Completion notes",
            form: .multiline),
        Mapped(field: "labor_hours", property: "plumbline_labor_hours", label: "Hours worked", form: .number),
        Mapped(field: "final_amount", property: "plumbline_final_amount", label: "Final amount", form: .money),
        Mapped(
            field: "parts_used", property: "plumbline_parts_used", label: "Parts used", form: .lines, isRead: false),
        Mapped(
            field: "on_site_lines", property: "plumbline_on_site_lines", label: "Added on site", form: .lines,
            isRead: false),
        Mapped(
            field: "billing_hold", property: "plumbline_billing_hold", label: "Billing waits for an approval",
            form: .choice,
            isRead: false),
        Mapped(field: "invoice_number", property: "plumbline_invoice_number", label: "Invoice number", form: .text),
        Mapped(field: "invoice_status", property: "plumbline_invoice_status", label: "Invoice status", form: .choice),
        Mapped(field: "invoice_total", property: "plumbline_invoice_total", label: "Invoice total", form: .money),
        Mapped(field: "invoice_balance", property: "plumbline_invoice_balance", label: "Still owed", form: .money),
        Mapped(field: "invoice_due_on", property: "plumbline_invoice_due_on", label: "Invoice due", form: .date),
    ]

    static let windowStart = "plumbline_scheduled_start"
    static let windowEnd = "plumbline_scheduled_end"
    static let windowZone = "plumbline_time_zone"

    private static let window = [
        Declared(name: windowStart, label: "Scheduled from", type: "datetime", fieldType: "date"),
        Declared(name: windowEnd, label: "Scheduled to", type: "datetime", fieldType: "date"),
        Declared(name: windowZone, label: "Time zone of the site", type: "string", fieldType: "text"),
        Declared(name: "plumbline_requested_start", label: "Requested from", type: "datetime", fieldType: "date"),
        Declared(name: "plumbline_requested_end", label: "Requested to", type: "datetime", fieldType: "date"),
        Declared(name: "plumbline_requirements", label: "Requirements", type: "string", fieldType: "textarea"),
    ]

    static let site =
        zip(siteAddress, ["Site street", "Site street 2", "Site city", "Site state", "Site zip", "Site country"])
        .map { Declared(name: $0, label: $1, type: "string", fieldType: "text") } + [
            Declared(name: "plumbline_site_name", label: "Site name", type: "string", fieldType: "text"),
            Declared(name: siteAccessNotes, label: "Site access notes", type: "string", fieldType: "textarea"),
        ]

    static let deal: [Declared] = job.map(declared) + window + site

    /// Everything that must be declared for a type.
    static func all(for type: HubSpotType) -> [Declared] {
        let id = Declared(name: externalID, label: "Plumbline id", type: "string", fieldType: "text", isUnique: true)
        let siteID = Declared(name: siteID, label: "Plumbline site id", type: "string", fieldType: "text")
        switch type {
        case .company:
            return [id, siteID] + company.map(declared)
                + [Declared(name: siteAccessNotes, label: "Site access notes", type: "string", fieldType: "textarea")]
        case .contact: return [id] + contact.map(declared)
        case .deal:
            return [id, siteID, Declared(name: jobID, label: "Plumbline job id", type: "string", fieldType: "text")]
                + deal
        case .quote: return [id]
        case .lineItem:
            return [Declared(name: "plumbline_line_kind", label: "Kind of line", type: "string", fieldType: "text")]
        }
    }

    private static func declared(_ mapped: Mapped) -> Declared {
        let (type, fieldType) =
            switch mapped.form {
            case .text, .choice, .names: ("string", "text")
            case .multiline, .lines: ("string", "textarea")
            case .number, .money: ("number", "number")
            case .instant: ("datetime", "date")
            case .date: ("date", "date")
            }
        return Declared(name: mapped.property, label: mapped.label, type: type, fieldType: fieldType)
    }
}
