import CanonicalModel
import ConnectorKit
import SyncStore
import Testing

@testable import AdapterKit

@Suite("How an account can be connected")
struct ConsentTermsTests {
    private static func settings(_ scopes: ConsentSettings.Scopes, provesKey: Bool = false) -> OAuthSettings {
        OAuthSettings(
            tokenPath: "/token", clientAuthentication: .form, expiry: .expiresIn, rotatesRefreshToken: true,
            consent: ConsentSettings(
                baseURL: "https://ask.example", path: "/oauth/authorize", scopes: scopes, provesKey: provesKey))
    }

    private static let client = ["client_id": "the client", "client_secret": "secret"]

    private func terms(
        _ secrets: [String: String] = Self.client,
        _ kind: AuthenticationKind = .oauth(Self.settings(.named(["read", "crm.write"]))),
        publicURL: String? = "https://hooks.example", _ change: (inout ConnectionDeclaration) -> Void = { _ in }
    ) -> ConsentTerms {
        var declaration = ConnectionDeclaration(
            id: ConnectionID("books"), vendor: "memory", role: .ledger, baseURL: "https://api.example",
            secrets: secrets)
        change(&declaration)
        let descriptor = ConnectorDescriptor(
            vendor: "memory", title: "Memory", roles: [.ledger], entities: [], pollStreams: [], authentication: kind,
            rateLimit: RateLimit(burst: 1, perSecond: 1), requestCeiling: .zero, indexLag: .zero)
        return ConsentTerms(declaration: declaration, descriptor: descriptor, publicURL: publicURL)
    }

    @Test("The address names the client, the way back and what is asked for")
    func address() {
        let offer = terms().offer
        #expect(
            offer.way
                == .open(
                    authorizeURL: "https://ask.example/oauth/authorize?response_type=code&client_id=the%20client"
                        + "&redirect_uri=https%3A%2F%2Fhooks.example%2Foauth%2Fbooks&scope=read%20crm.write",
                    provesKey: false))
        #expect(offer.isNeeded && offer.title == "Memory")
        #expect(terms().redirectURI == "https://hooks.example/oauth/books")
        #expect(terms(Self.client, .oauth(Self.settings(.setForApp, provesKey: true))).offer.way.provesKey)
    }

    @Test("A connection's file may name another place and other scopes")
    func declared() {
        let offer = terms {
            $0.authorizeURL = "http://127.0.0.1:8080"
            $0.scopes = ["read"]
        }.offer
        guard case .open(let url, _) = offer.way else {
            Issue.record("\(offer.way)")
            return
        }
        #expect(url.hasPrefix("http://127.0.0.1:8080/oauth/authorize?") && url.hasSuffix("&scope=read"))
        let fixed = terms(Self.client, .oauth(Self.settings(.setForApp)))
        guard case .open(let plain, _) = fixed.offer.way else {
            Issue.record("\(fixed.offer.way)")
            return
        }
        #expect(!plain.contains("scope="))
    }

    @Test("A declared refresh token needs no consent, and can be superseded by one")
    func refreshToken() {
        let offer = terms(Self.client.merging(["refresh_token": "r"]) { $1 }).offer
        #expect(offer.way.obstacle == nil && !offer.isNeeded)
    }

    @Test("Where nobody can be asked, it is said why, and what to do")
    func obstacles() {
        let scopes = terms(Self.client, .oauth(Self.settings(.setForApp))) { $0.scopes = ["read"] }
        let silent = OAuthSettings(
            tokenPath: "/token", clientAuthentication: .form, expiry: .expiresIn, rotatesRefreshToken: true)
        let cases: [(ConsentTerms, String)] = [
            (terms(publicURL: nil), "PLUMBLINE_PUBLIC_URL"), (terms(publicURL: "http://hooks.example"), "PUBLIC_URL"),
            (terms(["access_token": "t"], .privateTokenOrOAuth(Self.settings(.setForApp))), "access_token out of the"),
            (terms(["refresh_token": "r"]), "client_id"), (terms(["refresh_token": "r"], .oauth(silent)), "not known"),
            (terms([:]), "client_id"), (terms([:], .privateToken), "neither"), (scopes, "scopes"),
        ]
        for (terms, word) in cases {
            #expect(terms.offer.way.obstacle?.contains(word) == true, "\(word): \(terms.offer.way)")
        }
    }

    @Test("Credentials come from where the file says, and from a consent where it says nothing")
    func sources() {
        let oauth = Self.settings(.setForApp)
        func source(_ secrets: [String: String], _ kind: AuthenticationKind) -> CredentialSource {
            CredentialSource(
                ConnectionDeclaration(
                    id: ConnectionID("books"), vendor: "memory", role: .ledger, baseURL: "https://x", secrets: secrets),
                kind)
        }
        #expect(source(["access_token": "t"], .privateToken) == .fixed("t"))
        #expect(source(["access_token": "t", "refresh_token": "r"], .privateTokenOrOAuth(oauth)) == .declared(oauth))
        #expect(source(["access_token": "t"], .oauth(oauth)) == .fixed("t"))
        #expect(source(Self.client, .oauth(oauth)) == .consent(oauth))
        #expect(source(Self.client, .privateTokenOrOAuth(oauth)) == .consent(oauth))
        for (secrets, kind) in [
            ([:], .privateToken), (["client_id": "c"], .oauth(oauth)), (Self.client, .privateToken),
        ] as [([String: String], AuthenticationKind)] {
            guard case .missing(let what) = source(secrets, kind) else {
                Issue.record("\(secrets)")
                continue
            }
            #expect(what.contains("access_token"))
        }
    }

    @Test(
        "A code crosses no network in the clear",
        arguments: [
            ("https://hooks.example", true), ("https://hooks.example:8443/plumbline", true),
            ("http://127.0.0.1:8080", true), ("http://localhost", true), ("http://10.0.0.5", false),
            ("http://127.0.0.1.evil.example", false), ("https://", false), ("https://a/", false),
            ("https://a?b", false), ("https://a b", false), ("https://u@a", false), ("ftp://a", false), ("", false),
        ])
    func publicURL(text: String, isUsable: Bool) {
        #expect(ConsentTerms.isPublicURL(text) == isUsable)
    }
}
