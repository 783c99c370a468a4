import Foundation
import JWTKit
import SandboxJobber
import SandboxKit
import SandboxSupport
import Testing

@Suite("Jobber sandbox: protocol")
struct JobberProtocolTests {
    private static let form = "application/x-www-form-urlencoded"

    @Test("Only JSON with a known version and a good token is answered")
    func refusals() async throws {
        try await JobberBench.run { jobber in
            let body: JSON = ["query": "{ account { name } }"]
            let versioned = ["X-JOBBER-GRAPHQL-VERSION": "2026-04-16"]
            let path = "/api/graphql"
            let form = try await jobber.client.send(
                "POST", path, bytes: Array("query=x".utf8), contentType: Self.form, headers: versioned)
            #expect(form.status == 415)
            #expect(try await jobber.client.send("POST", path, body).status == 400)
            let unknown = try await jobber.post("{ account { name } }", version: "2019-01-01")
            #expect(unknown.status == 404)
            #expect(unknown.json["message"] == "GraphQL API version '2019-01-01' does not exist")
            let stranger = jobber.running.client.authorized("nobody")
            let refused = try await stranger.send("POST", path, body, headers: versioned)
            #expect(refused.status == 401)
            #expect(refused.json == ["message": "Token not recognized"])
            #expect(try await jobber.client.send("POST", path, body, headers: versioned).status == 200)
        }
    }

    @Test("The schema can be read without a token, nothing else can")
    func openIntrospection() async throws {
        try await JobberBench.run { jobber in
            let headers = ["X-JOBBER-GRAPHQL-VERSION": "2026-04-16"]
            let open = try await jobber.running.client.send(
                "POST", "/api/graphql", ["query": "{ __schema { queryType { name } } }"], headers: headers)
            #expect(open.json["data"]?["__schema"]?["queryType"]?["name"] == "Query")
            let closed = try await jobber.running.client.send(
                "POST", "/api/graphql", ["query": "{ __typename account { name } }"], headers: headers)
            #expect(closed.status == 401)
        }
    }

    @Test("An access token ends after 60 minutes of sandbox time, and says so itself")
    func tokenEnd() async throws {
        try await JobberBench.run { office in
            let jobber = try await office.connected([:])
            let claims = try await JWTKeyCollection().add(
                hmac: "the-jobber-sandbox-signs-its-tokens-with-this", digestAlgorithm: .sha256
            )
            .verify(jobber.token, as: Claims.self)
            let start = try #require(SandboxInstant(iso8601: JobberBench.start))
            #expect(claims.exp.value.timeIntervalSince1970 == Double(start.milliseconds / 1000 + 3600))
            jobber.clock.advance(milliseconds: 3_599_000)
            #expect(try await jobber.post("{ account { name } }").status == 200)
            jobber.clock.advance(milliseconds: 1_000)
            #expect(try await jobber.post("{ account { name } }").status == 401)
        }
    }

    @Test("A code is good once, a refresh token is good once, and its second use ends the connection")
    func refreshRotation() async throws {
        try await JobberBench.run { jobber in
            // The client follows the redirect, which lands in the sandbox's own history.
            let back = "\(jobber.running.baseURL)/landed".replacing(":", with: "%3A").replacing("/", with: "%2F")
            _ = try await jobber.running.client.send(
                "GET",
                "/api/oauth/authorize?response_type=code&client_id=sandbox-client-id&state=s1&redirect_uri=\(back)")
            let requests = try await jobber.running.client.control("GET", "history?kind=request")
            let landed = requests["entries"]?.arrayValue?.compactMap { $0["target"]?.stringValue }.last ?? ""
            #expect(landed.hasPrefix("/landed?code=") && landed.hasSuffix("&state=s1"), "\(requests)")
            let code = landed.dropFirst("/landed?code=".count).prefix { $0 != "&" }
            func trade(_ form: [(String, String)]) async throws -> SandboxAnswer {
                try await jobber.running.client.sendForm(
                    "/api/oauth/token",
                    form + [("client_id", "sandbox-client-id"), ("client_secret", "sandbox-client-secret")])
            }
            let first = try await trade([("grant_type", "authorization_code"), ("code", String(code))])
            #expect(first.status == 200)
            #expect(first.json.objectValue?.keys == ["access_token", "refresh_token"])
            #expect(try await trade([("grant_type", "authorization_code"), ("code", String(code))]).status == 401)

            let old = try #require(first.json["refresh_token"]?.stringValue)
            let second = try await trade([("grant_type", "refresh_token"), ("refresh_token", old)])
            #expect(second.status == 200)
            let access = try #require(second.json["access_token"]?.stringValue)
            let fresh = JobberBench(running: jobber.running, clock: jobber.clock, token: access, refreshToken: "")
            #expect(try await fresh.post("{ account { name } }").status == 200)

            let reused = try await trade([("grant_type", "refresh_token"), ("refresh_token", old)])
            #expect(reused.status == 401)
            #expect(reused.json["message"] == "The provided refresh token is not valid.")
            #expect(try await fresh.post("{ account { name } }").status == 401)
            let last = try #require(second.json["refresh_token"]?.stringValue)
            #expect(try await trade([("grant_type", "refresh_token"), ("refresh_token", last)]).status == 401)
        }
    }

    @Test("A wrong secret gets no token")
    func wrongSecret() async throws {
        try await JobberBench.run { jobber in
            let answer = try await jobber.running.client.sendForm(
                "/api/oauth/token",
                [
                    ("grant_type", "refresh_token"), ("refresh_token", jobber.refreshToken),
                    ("client_id", "sandbox-client-id"),
                    ("client_secret", "wrong"),
                ])
            #expect(answer.status == 401)
            #expect(try await jobber.post("{ account { name } }").status == 200)
        }
    }

    @Test(
        "Each answer carries what it cost; connections without a page size cost a hundred nodes, nested ones multiply")
    func cost() async throws {
        try await JobberBench.run { jobber in
            func cost(_ query: String) async throws -> JSON {
                try await jobber.post(query).json["extensions"]?["cost"] ?? .null
            }
            let one = try await cost("{ account { name } }")
            #expect(one["requestedQueryCost"] == 2)
            #expect(one["actualQueryCost"] == 2)
            #expect(one["throttleStatus"]?["maximumAvailable"] == 10_000)
            #expect(one["throttleStatus"]?["currentlyAvailable"] == 9_998)
            #expect(one["throttleStatus"]?["restoreRate"] == 500)
            #expect(try await cost("{ clients(first: 10) { nodes { id name } } }")["requestedQueryCost"] == 31)
            #expect(try await cost("{ clients { nodes { id } totalCount } }")["requestedQueryCost"] == 202)
            let nested = "{ clients(first: 5) { nodes { jobs(first: 4) { nodes { id } } } } }"
            #expect(try await cost(nested)["requestedQueryCost"] == 51)
        }
    }

    @Test("Beyond the budget an answer of 200 says THROTTLED, and the bucket refills with the clock")
    func throttling() async throws {
        try await JobberBench.run { jobber in
            // What was not found is given back: only a bucket that real answers have emptied throttles.
            let aliases = (0..<45).map { "a\($0): name" }.joined(separator: " ")
            let costly = "{ clients(first: 100) { nodes { id \(aliases) } } }"
            for position in 0..<60 { _ = try await jobber.makeClient(["firstName": .string("C\(position)")]) }
            var throttled: SandboxAnswer?
            for _ in 0..<6 where throttled == nil {
                let answer = try await jobber.post(costly)
                if answer.json["errors"] != nil { throttled = answer }
            }
            let answer = try #require(throttled)
            #expect(answer.status == 200)
            #expect(answer.json["errors"]?.arrayValue?.first?["extensions"]?["code"] == "THROTTLED")
            #expect(answer.json["data"] == nil)
            let available = try #require(
                answer.json["extensions"]?["cost"]?["throttleStatus"]?["currentlyAvailable"]?.intValue)
            jobber.clock.advance(milliseconds: 2_000)
            let later = try await jobber.post("{ account { name } }")
            let now = later.json["extensions"]?["cost"]?["throttleStatus"]?["currentlyAvailable"]?.intValue
            #expect(now == min(10_000, available + 1_000) - 2)
        }
    }

    @Test("More than 2,500 requests in five minutes are refused with 429, for that app only")
    func requestLimit() async throws {
        try await JobberBench.run { jobber in
            for _ in 0..<2_500 { _ = try await jobber.post("{ __typename }") }
            #expect(try await jobber.post("{ __typename }").status == 429)
            _ = try await jobber.client.control(
                "POST", "seed", ["apps": [["clientId": "other", "clientSecret": "s"]]])
            let other = try await jobber.connected(["client": "other"])
            #expect(try await other.post("{ __typename }").status == 200)
            jobber.clock.advance(milliseconds: 300_000)
            #expect(try await jobber.post("{ __typename }").status == 200)
        }
    }

    @Test("An invalid operation changes nothing and answers errors with codes; a bad variable too")
    func invalidOperations() async throws {
        try await JobberBench.run { jobber in
            let unknown = try await jobber.post("{ client(id: \"x\") { shoeSize } }").json
            #expect(unknown["data"] == nil)
            #expect(unknown["errors"]?.arrayValue?.first?["extensions"]?["code"] == "undefinedField")
            #expect(unknown["extensions"]?["cost"]?["requestedQueryCost"] == 0)
            let variable = try await jobber.post(
                "mutation($i: ClientCreateInput!) { clientCreate(input: $i) { client { id } } }",
                ["i": ["firstName": "Ann", "shoeSize": 40]]
            ).json
            #expect(variable["errors"]?.arrayValue?.first?["extensions"]?["code"] == "INVALID_VARIABLE")
            #expect(try await jobber.client.control("GET", "counts")["Client"] == 0)
        }
    }

    @Test("An old version is served by the oldest supported one, and a warning says so in time")
    func versioning() async throws {
        try await JobberBench.run { jobber in
            let warned = try await jobber.post("{ __typename }", version: "2025-04-16").json["extensions"]?[
                "versioning"]
            #expect(warned?["version"] == "2025-04-16")
            #expect(warned?["warning"] != nil)
            let current = try await jobber.post("{ __typename }").json["extensions"]?["versioning"]
            #expect(current == ["version": "2026-04-16"])
            jobber.clock.advance(milliseconds: 200 * 86_400_000)
            let upgraded = try await jobber.post("{ __typename }", version: "2025-04-16").json["extensions"]?[
                "versioning"]
            #expect(upgraded?["version"] == "2026-03-10")
        }
    }

    /// What we look at in an access token; its end is judged by sandbox time, not here.
    private struct Claims: JWTPayload {
        var exp: ExpirationClaim

        func verify(using algorithm: some JWTAlgorithm) {}
    }
}
