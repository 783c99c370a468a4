import CanonicalModel

/// The object types of Jobber that we read, by the name in native references.
enum JobberType: String, CaseIterable {
    case client, property, job, visit
    case timeEntry = "time_entry"

    /// The field of the query root that reads one object.
    var root: String { self == .timeEntry ? "timeSheetEntry" : rawValue }

    /// The field of the query root that lists objects.
    var list: String {
        switch self {
        case .client: "clients"
        case .property: "properties"
        case .job: "jobs"
        case .visit: "visits"
        case .timeEntry: "timeSheetEntries"
        }
    }

    /// How many objects fit into one document: a query is charged by what it could bring, 10,000 points at most.
    var perDocument: Int {
        switch self {
        case .client, .property, .timeEntry: 40
        case .visit: 20
        case .job: 5
        }
    }

    /// The type that the subject of a webhook topic has; nil for a topic that says nothing of our objects.
    init?(topic: String) {
        guard let subject = topic.split(separator: "_").first else { return nil }
        switch subject {
        case "CLIENT": self = .client
        case "PROPERTY": self = .property
        case "JOB": self = .job
        case "VISIT": self = .visit
        case "TIMESHEET": self = .timeEntry
        default: return nil
        }
    }

    static let topics = [
        "CLIENT_CREATE", "CLIENT_UPDATE", "CLIENT_DESTROY", "PROPERTY_CREATE", "PROPERTY_UPDATE", "PROPERTY_DESTROY",
        "JOB_CREATE", "JOB_UPDATE", "JOB_DESTROY", "JOB_CLOSED", "VISIT_CREATE", "VISIT_UPDATE", "VISIT_DESTROY",
        "VISIT_COMPLETE", "TIMESHEET_CREATE", "TIMESHEET_UPDATE", "TIMESHEET_DESTROY",
    ]
}
