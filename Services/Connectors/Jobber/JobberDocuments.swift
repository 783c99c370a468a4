/// The text of what we ask Jobber.
///
/// Every list names how many it wants: one that does not is charged as if it brought a hundred.
enum JobberDocuments {
    private static let custom = "customFields { ... on CustomFieldText { label valueText } }"
    private static let page = "pageInfo { hasNextPage endCursor }"

    static let client = """
        fragment ClientParts on Client {
          id name firstName lastName companyName isCompany isArchived createdAt updatedAt
          emails { id address description primary }
          phones { id number description primary }
          billingAddress { street1 street2 city province postalCode country }
          \(custom)
        }
        """
    static let property = """
        fragment PropertyParts on Property {
          id name address { street1 street2 city province postalCode country } client { id } \(custom)
        }
        """
    static let visit = """
        fragment VisitParts on Visit {
          id title instructions startAt endAt allDay createdAt isComplete completedAt job { id }
          arrivalWindow { startAt }
          assignedUsers(first: 5) { nodes { name { full } } }
        }
        """
    static let timeEntry = """
        fragment EntryParts on TimeSheetEntry {
          id startAt endAt finalDuration ticking approved labourRate note updatedAt
          user { name { full } } job { id } visit { id }
        }
        """

    /// The lists of a job that are read to their end, with the nodes of each.
    static let jobLists: [(name: String, nodes: String, first: Int)] = [
        (
            "visits",
            "id startAt endAt allDay createdAt isComplete completedAt arrivalWindow { startAt } "
                + "assignedUsers(first: 5) { nodes { name { full } } }", 10
        ),
        ("timeSheetEntries", "id startAt finalDuration ticking", 20),
        ("lineItems", "id name description category quantity unitPrice totalPrice taxable", 30),
    ]

    static let job = """
        fragment JobParts on Job {
          id jobNumber title instructions total createdAt updatedAt completedAt
          client { id } property { id }
          notes(first: 5) { nodes { ... on JobNote { message createdAt } } }
          \(custom)
          \(jobLists.map { list($0, first: $0.first) }.joined(separator: "\n"))
        }
        """

    /// The parts of an object as a fragment, and the fragment's name.
    static func parts(of type: JobberType) -> (name: String, text: String) {
        switch type {
        case .client: ("ClientParts", client)
        case .property: ("PropertyParts", property)
        case .job: ("JobParts", job)
        case .visit: ("VisitParts", visit)
        case .timeEntry: ("EntryParts", timeEntry)
        }
    }

    /// Several objects of a type in one document, each under the alias `o` and its position.
    static func read(_ type: JobberType, count: Int) -> String {
        let parts = parts(of: type)
        let variables = (0..<count).map { "$i\($0): EncodedId!" }.joined(separator: ", ")
        let fields = (0..<count).map { "o\($0): \(type.root)(id: $i\($0)) { ...\(parts.name) }" }
        return "query Read(\(variables)) {\n\(fields.joined(separator: "\n"))\n}\n\(parts.text)"
    }

    /// One page of all objects of a type.
    static func page(of type: JobberType) -> String {
        let parts = parts(of: type)
        return """
            query Page($first: Int!, $after: String) {
              page: \(type.list)(first: $first, after: $after) { nodes { ...\(parts.name) } \(page) }
            }
            \(parts.text)
            """
    }

    /// The rest of one of a job's lists.
    static func rest(_ list: (name: String, nodes: String, first: Int)) -> String {
        """
        query Rest($id: EncodedId!, $after: String) {
          job(id: $id) { \(list.name)(first: 100, after: $after) { nodes { \(list.nodes) } \(page) } }
        }
        """
    }

    static let changedClients = """
        query ChangedClients($since: ISO8601DateTime!, $after: String) {
          page: clients(
            filter: { updatedAt: { after: $since } }, sort: { key: UPDATED_AT, direction: ASCENDING }, first: 100,
            after: $after
          ) { edges { cursor node { id updatedAt } } \(page) }
        }
        """
    static let changedJobs = """
        query ChangedJobs($after: String) {
          page: jobs(sort: [{ key: UPDATED_AT, direction: DESCENDING }], first: 50, after: $after) {
            edges { cursor node { id updatedAt } } \(page)
          }
        }
        """
    static let scheduledJobs = """
        query ScheduledJobs($from: ISO8601DateTime!, $to: ISO8601DateTime!, $after: String) {
          page: jobs(
            filter: { visitsScheduledBetween: { after: $from, before: $to } },
            sort: [{ key: JOB_NUMBER, direction: ASCENDING }], first: 50, after: $after
          ) { edges { cursor node { id } } \(page) }
        }
        """
    static let changedEntries = """
        query ChangedEntries($since: ISO8601DateTime!, $after: String) {
          page: timeSheetEntries(
            filter: { updatedAt: { after: $since } }, sort: [{ field: START_AT, direction: ASCENDING }], first: 100,
            after: $after
          ) { edges { cursor node { id updatedAt } } \(page) }
        }
        """

    static let account = "query Account { account { id } }"

    static let configurations = """
        query Configurations($after: String) {
          page: customFieldConfigurations(filter: { valueType: TEXT }, first: 100, after: $after) {
            nodes { ... on CustomFieldConfigurationText { id name appliesTo archived } } \(page)
          }
        }
        """

    /// Several searches for a client each, by the terms `t0`, `t1`, …; the answers are `p0`, `p1`, ….
    static func clientsBySearch(count: Int) -> String {
        let variables = (0..<count).map { "$t\($0): String!" }.joined(separator: ", ")
        let searches = (0..<count).map {
            "p\($0): clients(searchTerm: $t\($0), searchFields: [CUSTOM_FIELDS], first: 20) { nodes { id \(custom) } }"
        }
        return "query FindClient(\(variables)) {\n\(searches.joined(separator: "\n"))\n}"
    }
    static let propertiesOfClient = """
        query FindProperty($id: EncodedId!, $after: String) {
          client(id: $id) { page: clientProperties(first: 50, after: $after) { nodes { id \(custom) } \(page) } }
        }
        """
    static let jobsOfClient = """
        query FindJob($id: EncodedId!, $after: String) {
          client(id: $id) { page: jobs(first: 50, after: $after) { nodes { id \(custom) } \(page) } }
        }
        """

    /// Phones and e-mail addresses with the ids that an edit must name.
    static let contactMethods = """
        query Methods($id: EncodedId!) {
          client(id: $id) {
            phones { id number description primary }
            emails { id address description primary }
          }
        }
        """

    static let clientCreate = """
        mutation CreateClient($input: ClientCreateInput!) {
          result: clientCreate(input: $input) { client { id updatedAt } userErrors { message path } }
        }
        """
    static let clientEdit = """
        mutation EditClient($id: EncodedId!, $input: ClientEditInput!) {
          result: clientEdit(clientId: $id, input: $input) { client { id updatedAt } userErrors { message path } }
        }
        """
    static let clientArchive = """
        mutation ArchiveClient($id: EncodedId!) {
          result: clientArchive(clientId: $id) { client { id } userErrors { message path } }
        }
        """
    static let propertyCreate = """
        mutation CreateProperty($id: EncodedId!, $input: PropertyCreateInput!) {
          result: propertyCreate(clientId: $id, input: $input) { properties { id } userErrors { message path } }
        }
        """
    static let propertyEdit = """
        mutation EditProperty($id: EncodedId!, $input: PropertyEditInput!) {
          result: propertyEdit(propertyId: $id, input: $input) { property { id } userErrors { message path } }
        }
        """
    static let jobCreate = """
        mutation CreateJob($input: JobCreateAttributes!) {
          result: jobCreate(input: $input) { job { id updatedAt } userErrors { message path } }
        }
        """

    /// The steps of a job's edit that are needed, carried out in this order in one request.
    static func jobEdit(_ steps: [JobStep]) -> String {
        let variables = steps.map { ", $\($0.rawValue): \($0.inputType)!" }.joined()
        let fields = steps.map { step in
            "\(step.rawValue): \(step.mutation)(jobId: $id, input: $\(step.rawValue)) "
                + "{ job { id updatedAt } userErrors { message path } }"
        }
        return "mutation EditJob($id: EncodedId!\(variables)) {\n\(fields.joined(separator: "\n"))\n}"
    }

    /// A step of a job's edit.
    enum JobStep: String, CaseIterable {
        case edit, remove, change, add, close

        var mutation: String {
            switch self {
            case .edit: "jobEdit"
            case .remove: "jobDeleteLineItems"
            case .change: "jobEditLineItems"
            case .add: "jobCreateLineItems"
            case .close: "jobClose"
            }
        }

        var inputType: String {
            switch self {
            case .edit: "JobEditInput"
            case .remove: "JobDeleteLineItemsInput"
            case .change: "JobEditLineItemsInput"
            case .add: "JobCreateLineItemsInput"
            case .close: "JobCloseInput"
            }
        }
    }

    /// Several custom fields in one request, each under the alias `m` and its position.
    static func configurationsCreate(_ count: Int) -> String {
        several(
            count, inputType: "CustomFieldConfigurationCreateTextInput", mutation: "customFieldConfigurationCreateText",
            answer: "customFieldConfiguration { id }")
    }

    /// Several webhook endpoints in one request.
    static func webhooksCreate(_ count: Int) -> String {
        several(
            count, inputType: "WebhookEndpointCreateInput", mutation: "webhookEndpointCreate",
            answer: "webhookEndpoint { id }")
    }

    private static func several(_ count: Int, inputType: String, mutation: String, answer: String) -> String {
        let variables = (0..<count).map { "$i\($0): \(inputType)!" }.joined(separator: ", ")
        let fields = (0..<count).map {
            "m\($0): \(mutation)(input: $i\($0)) { \(answer) userErrors { message path } }"
        }
        return "mutation Prepare(\(variables)) {\n\(fields.joined(separator: "\n"))\n}"
    }

    private static func list(_ list: (name: String, nodes: String, first: Int), first: Int) -> String {
        "\(list.name)(first: \(first)) { nodes { \(list.nodes) } \(page) }"
    }
}
