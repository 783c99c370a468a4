import Foundation

/// Dispatch and crews at work in Jobber, and what its pages show.
struct FieldOffice: Sendable {
    let site: SandboxSite

    private static let dispatcher = "oscar"

    private static let clientParts = """
        id companyName firstName lastName phones { number primary } emails { address }
        customFields { ... on CustomFieldText { label valueText } }
        clientProperties(first: 5) { nodes { id address { street1 city } } }
        jobs(first: 10) { nodes { id } }
        """
    private static let jobParts = """
        id jobNumber title total jobStatus instructions completedAt
        customFields { ... on CustomFieldText { label valueText } }
        property { address { street1 city } }
        lineItems(first: 50) { nodes { id name quantity unitPrice totalPrice } }
        """

    /// The clients of a name.
    func clients(named name: String) async throws -> [JSON] {
        let page = try await ask(
            """
            query($name: String!) { clients(searchTerm: $name, first: 20) { nodes { \(Self.clientParts) } } }
            """, ["name": .string(name)])
        return page["clients"]["nodes"].items.filter { $0["companyName"].text == name }
    }

    func client(_ id: String) async throws -> JSON {
        try await ask("query($id: EncodedId!) { client(id: $id) { \(Self.clientParts) } }", ["id": .string(id)])[
            "client"]
    }

    func job(_ id: String) async throws -> JSON {
        try await ask("query($id: EncodedId!) { job(id: $id) { \(Self.jobParts) } }", ["id": .string(id)])["job"]
    }

    /// The dispatcher plans a visit; gives its id.
    func schedule(_ job: String, title: String, from start: Date, to end: Date, crew: [String]) async throws -> String {
        let ids = try await site.act(
            Self.dispatcher,
            [
                [
                    "action": "create", "type": "Visit",
                    "fields": [
                        "jobId": .string(job), "title": .string(title), "startAt": .string(Self.time(start)),
                        "endAt": .string(Self.time(end)), "assignedUserIds": .array(crew.map(JSON.string)),
                    ],
                ]
            ])
        guard let id = ids.first?.text else { throw SandboxRefusal(system: site.system, reason: "no visit was made") }
        return id
    }

    func reschedule(_ visit: String, from start: Date, to end: Date) async throws {
        try await act(
            Self.dispatcher, "reschedule", visit,
            ["startAt": .string(Self.time(start)), "endAt": .string(Self.time(end))])
    }

    /// Somebody of the crew notes in the app how long the work took.
    func logTime(_ visit: String, by user: String, _ name: String, from start: Date, to end: Date) async throws {
        try await act(
            name, "log-time", visit,
            ["userId": .string(user), "startAt": .string(Self.time(start)), "endAt": .string(Self.time(end))])
    }

    /// The crew adds lines to the job in the app: parts used, or work that nobody has approved.
    func addLine(_ name: String, to job: String, _ line: QuoteLine, isPart: Bool) async throws {
        try await act(
            name, "add-line-items", job,
            [
                "lineItems": [
                    [
                        "name": .string(line.name), "quantity": .number(Decimal(line.quantity)),
                        "unitPrice": line.price.json, "category": isPart ? "PRODUCT" : "SERVICE",
                    ]
                ]
            ])
    }

    func note(_ name: String, at job: String, _ message: String) async throws {
        try await act(name, "note", job, ["message": .string(message)])
    }

    /// The visit is done, and so is the job.
    func complete(_ visit: String, of job: String, by name: String) async throws {
        try await act(name, "complete", visit, [:])
        try await act(name, "close", job, [:])
    }

    /// Writes a text into a custom field of a client.
    func write(_ text: String, in label: String, ofClient client: String, by name: String) async throws {
        let fields = try await site.records("CustomFieldConfiguration")
        guard
            let field = fields.first(where: { $0["name"].text == label && $0["appliesTo"].text == "ALL_CLIENTS" })?[
                "id"]
        else { throw SandboxRefusal(system: site.system, reason: "clients have no custom field '\(label)'") }
        try await edit(
            client, ["customFields": [["customFieldConfigurationId": field, "valueText": .string(text)]]], name)
    }

    /// Corrects the main phone number of a client.
    func correctPhone(of client: String, to number: String, by name: String) async throws {
        let phone = try await self.ask(
            "query($id: EncodedId!) { client(id: $id) { phones { id primary } } }", ["id": .string(client)]
        )["client"]["phones"].items.first { $0["primary"].isTrue }
        guard let id = phone?["id"].text else {
            throw SandboxRefusal(system: site.system, reason: "the client has no phone number")
        }
        try await edit(client, ["phonesToEdit": [["id": .string(id), "number": .string(number)]]], name)
    }

    /// The id of a member of the crew, who is taken on if need be.
    func worker(_ first: String, _ last: String) async throws -> String {
        if let user = try await site.records("User").first(where: {
            $0["firstName"].text == first && $0["lastName"].text == last
        })?["id"].text {
            return user
        }
        let ids = try await site.act(
            Self.dispatcher,
            [["action": "create", "type": "User", "fields": ["firstName": .string(first), "lastName": .string(last)]]])
        guard let id = ids.first?.text else { throw SandboxRefusal(system: site.system, reason: "no user was made") }
        return id
    }

    private func act(_ user: String, _ action: String, _ id: String, _ fields: JSON) async throws {
        try await site.act(user, [["action": .string(action), "id": .string(id), "fields": fields]])
    }

    /// An edit of a client in Jobber's pages.
    func edit(_ client: String, _ input: JSON, _ user: String) async throws {
        let answer = try await ask(
            """
            mutation($id: EncodedId!, $input: ClientEditInput!) {
              clientEdit(clientId: $id, input: $input) { userErrors { message } }
            }
            """, ["id": .string(client), "input": input], as: user)
        if let message = answer["clientEdit"]["userErrors"][0]["message"].text {
            throw SandboxRefusal(system: site.system, reason: message)
        }
    }

    /// An operation as somebody in the office carries it out.
    private func ask(_ query: String, _ variables: JSON, as user: String = dispatcher) async throws -> JSON {
        let answers = try await site.act(
            user, [["action": "mutate", "fields": ["query": .string(query), "variables": variables]]])
        let answer = answers.first ?? .null
        if let message = answer["errors"][0]["message"].text {
            throw SandboxRefusal(system: site.system, reason: message)
        }
        return answer["data"]
    }

    static func customField(_ label: String, of object: JSON) -> String? {
        object["customFields"].items.first { $0["label"].text == label }?["valueText"].text
    }

    private static func time(_ date: Date) -> String { date.formatted(.iso8601) }
}
