import Foundation
import SandboxHubSpot
import SandboxJobber
import SandboxKit
import SandboxQuickBooksOnline
import SandboxSupport
import Testing

@Suite("The consent pages of the imitated vendors")
struct ConsentTests {
    /// Where a vendor's pages are, and how it words things.
    private struct Place: Sendable {
        let authorize: String
        let token: String
        let more: String
        let namesClientInForm: Bool
    }

    private static let hubspot = Place(
        authorize: "/oauth/authorize", token: "/oauth/v1/token", more: "&scope=oauth%20crm.objects.deals.read",
        namesClientInForm: true)
    private static let jobber = Place(
        authorize: "/api/oauth/authorize", token: "/api/oauth/token", more: "", namesClientInForm: true)
    private static let quickbooks = Place(
        authorize: "/connect/oauth2", token: "/oauth2/v1/tokens/bearer",
        more: "&scope=com.intuit.quickbooks.accounting", namesClientInForm: false)
    private static let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    private static let challenge =
        "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"

    /// Where the browser of somebody who opens the page ends up: the client follows to a path that the sandbox does not have.
    private static func open(_ client: SandboxClient, _ place: Place, _ more: String = "") async throws -> String {
        let back = "\(client.baseURL)/landed".replacing(":", with: "%3A").replacing("/", with: "%2F")
        _ = try await client.send(
            "GET",
            "\(place.authorize)?response_type=code&client_id=sandbox-client-id&state=s1&redirect_uri=\(back)"
                + place.more + more)
        let requests = try await client.control("GET", "history?kind=request")
        return requests["entries"]?.arrayValue?.compactMap { $0["target"]?.stringValue }.last ?? ""
    }

    private static func parameters(_ target: String) -> [String: String] {
        let items = URLComponents(string: "http://x" + target)?.queryItems ?? []
        return Dictionary(items.map { ($0.name, $0.value ?? "") }) { $1 }
    }

    private static func trade(
        _ client: SandboxClient, _ place: Place, code: String, verifier: String?
    ) async throws -> SandboxAnswer {
        var form = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", "\(client.baseURL)/landed"),
        ]
        if let verifier { form.append(("code_verifier", verifier)) }
        if place.namesClientInForm {
            form += [("client_id", "sandbox-client-id"), ("client_secret", "sandbox-client-secret")]
        }
        let basic = Data("sandbox-client-id:sandbox-client-secret".utf8).base64EncodedString()
        return try await client.sendForm(
            place.token, form, headers: place.namesClientInForm ? [:] : ["Authorization": "Basic \(basic)"])
    }

    /// What holds at each vendor.
    private static func holds(_ client: SandboxClient, _ place: Place) async throws {
        let plain = try await open(client, place)
        #expect(plain.hasPrefix("/landed?"))
        let agreed = parameters(plain)
        #expect(agreed["state"] == "s1")
        let code = try #require(agreed["code"])
        let given = try await trade(client, place, code: code, verifier: nil)
        #expect(given.status == 200, "\(given.json)")
        #expect(given.json["refresh_token"]?.stringValue?.isEmpty == false)
        #expect(try await trade(client, place, code: code, verifier: nil).status >= 400, "a code works once")

        let denied = parameters(try await open(client, place, "&sandbox_answer=deny"))
        #expect(denied["error"] == "access_denied" && denied["state"] == "s1" && denied["code"] == nil)

        let proven = try #require(parameters(try await open(client, place, challenge))["code"])
        #expect(try await trade(client, place, code: proven, verifier: verifier).status == 200)
        for wrong in [nil, String(verifier.reversed()), "short"] {
            let other = try #require(parameters(try await open(client, place, challenge))["code"])
            #expect(try await trade(client, place, code: other, verifier: wrong).status >= 400)
        }
        let unasked = try #require(parameters(try await open(client, place))["code"])
        #expect(try await trade(client, place, code: unasked, verifier: verifier).status >= 400)

        let plainMethod = challenge.replacing("S256", with: "plain")
        #expect(try await open(client, place, plainMethod).hasPrefix(place.authorize), "nobody was sent back")
    }

    @Test("HubSpot asks, sends back, checks the proof key, and takes each code once")
    func hubspot() async throws {
        try await withSandbox(HubSpotSandbox.self) { try await Self.holds($0.client, Self.hubspot) }
    }

    @Test("Jobber asks, sends back, checks the proof key, and takes each code once")
    func jobber() async throws {
        try await withSandbox(JobberSandbox.self) { try await Self.holds($0.client, Self.jobber) }
    }

    @Test("QuickBooks Online asks, sends back with the realm, checks the proof key, and takes each code once")
    func quickbooks() async throws {
        try await withSandbox(QuickBooksOnlineSandbox.self) { running in
            try await Self.holds(running.client, Self.quickbooks)
            let landed = Self.parameters(try await Self.open(running.client, Self.quickbooks))
            #expect(landed["realmId"] == "9341453050298464")
        }
    }
}
