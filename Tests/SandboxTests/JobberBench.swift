import SandboxJobber
import SandboxKit
import SandboxSupport
import Testing

/// A Jobber sandbox with a client that has a token, at a fixed time.
struct JobberBench: Sendable {
    let running: RunningSandbox<JobberSandbox>
    let clock: SandboxClock
    let token: String
    let refreshToken: String

    var client: SandboxClient { running.client.authorized(token) }

    /// Noon of a Monday in UTC.
    static let start = "2026-06-01T12:00:00Z"

    /// Runs `body` beside a fresh sandbox.
    static func run<Result: Sendable>(
        limitsLifted: Bool = false, _ body: @escaping @Sendable (JobberBench) async throws -> Result
    ) async throws -> Result {
        let clock = SandboxClock()
        clock.set(try #require(SandboxInstant(iso8601: start)), frozen: true)
        var settings = SandboxSettings.Values()
        settings.limitsLifted = limitsLifted
        return try await withSandbox(JobberSandbox.self, world: .quiet(clock: clock), settings: settings) { running in
            let unconnected = JobberBench(running: running, clock: clock, token: "", refreshToken: "")
            return try await body(unconnected.connected(["expiresInSeconds": 31_536_000]))
        }
    }

    /// The same sandbox with another token: `{"client"?, "user"?, "expiresInSeconds"?}`.
    func connected(_ options: JSON) async throws -> JobberBench {
        let issued = try await running.client.control("POST", "tokens/issue", options)
        return JobberBench(
            running: running, clock: clock, token: issued["accessToken"]?.stringValue ?? "",
            refreshToken: issued["refreshToken"]?.stringValue ?? "")
    }

    /// Posts an operation and answers the whole response.
    func post(_ query: String, _ variables: JSON = [:], version: String = "2026-04-16") async throws -> SandboxAnswer {
        try await client.send(
            "POST", "/api/graphql", ["query": .string(query), "variables": variables],
            headers: ["X-JOBBER-GRAPHQL-VERSION": version])
    }

    /// The data of an operation that must have no errors.
    func data(_ query: String, _ variables: JSON = [:], at location: SourceLocation = #_sourceLocation) async throws
        -> JSON
    {
        let answer = try await post(query, variables)
        #expect(answer.json["errors"] == nil, "\(answer.json["errors"] ?? .null)", sourceLocation: location)
        return answer.json["data"] ?? .null
    }

    /// The payload of a mutation that must have no user errors.
    func payload(
        _ mutation: String, _ variables: JSON = [:], at location: SourceLocation = #_sourceLocation
    ) async throws -> JSON {
        let data = try await data(mutation, variables, at: location)
        let payload = data.objectValue.flatMap { $0.keys.first.flatMap { data[$0] } } ?? .null
        #expect(payload["userErrors"] == [], "\(payload)", sourceLocation: location)
        return payload
    }

    /// The messages of a mutation's user errors.
    func userErrors(_ mutation: String, _ variables: JSON = [:]) async throws -> [String] {
        let data = try await data(mutation, variables)
        let payload = data.objectValue.flatMap { $0.keys.first.flatMap { data[$0] } } ?? .null
        return payload["userErrors"]?.arrayValue?.compactMap { $0["message"]?.stringValue } ?? []
    }

    func advance(hours: Int) {
        clock.advance(milliseconds: Int64(hours) * 3_600_000)
    }

    func act(_ actions: JSON...) async throws -> [String] {
        let answer = try await client.control("POST", "act", ["user": "maria", "actions": .array(actions)])
        return answer["ids"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }

    // MARK: Things to start from

    func makeClient(_ input: JSON = ["firstName": "Ann", "lastName": "Lee"]) async throws -> String {
        try await payload(
            "mutation($i: ClientCreateInput!) { clientCreate(input: $i) { client { id } userErrors { message } } }",
            ["i": input])["client"]?["id"]?.stringValue ?? ""
    }

    func makeProperty(of client: String, street: String = "1 Main St") async throws -> String {
        let payload = try await payload(
            """
            mutation($c: EncodedId!, $i: PropertyCreateInput!) {
              propertyCreate(clientId: $c, input: $i) { properties { id } userErrors { message } }
            }
            """,
            ["c": .string(client), "i": ["properties": [["address": ["street1": .string(street), "city": "Berlin"]]]]])
        return payload["properties"]?.arrayValue?.first?["id"]?.stringValue ?? ""
    }

    func makeJob(at property: String, _ more: JSON = [:]) async throws -> String {
        var input: JSONObject = [
            "propertyId": .string(property), "title": "Replace furnace",
            "invoicing": ["invoicingType": "FIXED_PRICE", "invoicingSchedule": "ON_COMPLETION"],
        ]
        for (key, value) in more.objectValue ?? [:] { input[key] = value }
        return try await payload(
            "mutation($i: JobCreateAttributes!) { jobCreate(input: $i) { job { id } userErrors { message path } } }",
            ["i": .object(input)])["job"]?["id"]?.stringValue ?? ""
    }
}
