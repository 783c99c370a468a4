import Foundation
import SandboxKit

extension HubSpotPortal {
    /// How long an access token lasts, in seconds.
    private static let accessLifetime: Int64 = 1_800

    /// `/oauth/…`: the authorisation step, tokens and their description.
    mutating func answerOAuth(_ call: HubSpotCall, _ path: [String]) throws(HubSpotProblem) -> HubSpotAnswer {
        switch (call.method, path.first, path.count) {
        case ("POST", "token", 1): return try exchange(call)
        case ("GET", "authorize", 1): return try authorize(call)
        case ("GET", "access-tokens", 2): return try describeToken(call, path[1], kind: .access)
        case ("GET", "refresh-tokens", 2): return try describeToken(call, path[1], kind: .refresh)
        case ("DELETE", "refresh-tokens", 2):
            guard call.stage.tokens.revoke(path[1]) else { throw .notFound("unknown refresh token") }
            return .noContent
        default: throw .noRoute
        }
    }

    private static func refused(_ status: String, _ message: String) -> HubSpotProblem {
        HubSpotProblem(status: 400, category: status, message: message)
    }

    /// The consent page, where the person agrees unless the address says otherwise.
    private func authorize(_ call: HubSpotCall) throws(HubSpotProblem) -> HubSpotAnswer {
        guard call.request.query("client_id") == account.clientID, let redirect = call.request.query("redirect_uri"),
            URL(string: redirect)?.scheme != nil
        else {
            throw Self.refused("BAD_CLIENT_ID", "missing or unknown client id, or no redirect URI")
        }
        let scopes = Set((call.request.query("scope") ?? "").split(separator: " ").map(String.init))
        guard scopes.isSubset(of: HubSpotAccount.allScopes) else {
            throw Self.refused("BAD_SCOPE", "unknown scopes: \(scopes.subtracting(HubSpotAccount.allScopes).sorted())")
        }
        let challenge: CodeChallenge?
        switch CodeChallenge.read(call.request) {
        case .success(let told): challenge = told
        case .failure(let problem): throw Self.refused("BAD_CODE_CHALLENGE", problem.description)
        }
        if let denied = ConsentAnswer.denied(call.request, redirect: redirect) { return HubSpotAnswer(denied) }
        let code = call.stage.random.uuid()
        let now = call.stage.clock.now()
        call.stage.tokens.insert(
            SandboxToken(
                value: code, kind: .code, client: account.clientID, account: redirect, scopes: scopes, issuedAt: now,
                expiresAt: now.adding(milliseconds: 600_000), challenge: challenge))
        return HubSpotAnswer(ConsentAnswer.agreed(call.request, redirect: redirect, code: code))
    }

    private func exchange(_ call: HubSpotCall) throws(HubSpotProblem) -> HubSpotAnswer {
        let form = call.request.form()
        guard call.request.header("content-type")?.contains("form-urlencoded") ?? false else {
            throw HubSpotProblem(status: 415, category: "VALIDATION_ERROR", message: "The token endpoint takes a form")
        }
        guard form["client_id"] == account.clientID else {
            throw Self.refused("BAD_CLIENT_ID", "missing or unknown client id")
        }
        guard form["client_secret"] == account.clientSecret else {
            throw Self.refused("BAD_CLIENT_SECRET", "missing or invalid client secret")
        }
        let now = call.stage.clock.now()
        let scopes: Set<String>
        let refresh: String
        switch form["grant_type"] {
        case "authorization_code":
            guard case .valid(let code) = call.stage.tokens.consume(form["code"] ?? "", kind: .code, now: now) else {
                throw Self.refused("BAD_AUTH_CODE", "missing or unknown auth code")
            }
            guard form["redirect_uri"] == code.account else {
                throw Self.refused("BAD_REDIRECT_URI", "the redirect URI is not the one of the authorisation")
            }
            guard code.accepts(verifier: form["code_verifier"]) else {
                throw Self.refused("BAD_CODE_VERIFIER", "the code verifier does not belong to the auth code")
            }
            scopes = code.scopes
            refresh = issue(.refresh, scopes: scopes, call.stage, now: now)
        case "refresh_token":
            guard
                case .valid(let token) = call.stage.tokens.check(form["refresh_token"] ?? "", kind: .refresh, now: now)
            else {
                throw Self.refused("BAD_REFRESH_TOKEN", "missing or invalid refresh token")
            }
            scopes = token.scopes
            // HubSpot does not rotate refresh tokens.
            refresh = token.value
        default: throw Self.refused("UNSUPPORTED_GRANT_TYPE", "grant_type must be authorization_code or refresh_token")
        }
        let access = issue(.access, scopes: scopes, call.stage, now: now)
        return HubSpotAnswer(json: [
            "token_type": "bearer", "access_token": .string(access), "refresh_token": .string(refresh),
            "expires_in": .int(Int(Self.accessLifetime)),
        ])
    }

    /// Issues a token of the OAuth app.
    func issue(
        _ kind: SandboxToken.Kind, scopes: Set<String>, _ stage: SandboxStage, now: SandboxInstant,
        lifetime: Int64? = nil
    ) -> String {
        let value = kind == .refresh ? "na1-\(stage.random.uuid())" : "C" + stage.random.token(63)
        let end = kind == .refresh ? nil : now.adding(milliseconds: (lifetime ?? Self.accessLifetime) * 1000)
        stage.tokens.insert(
            SandboxToken(
                value: value, kind: kind, client: "app-\(account.appID)", account: String(account.portalID),
                scopes: scopes,
                issuedAt: now, expiresAt: end))
        return value
    }

    private func describeToken(_ call: HubSpotCall, _ value: String, kind: SandboxToken.Kind) throws(HubSpotProblem)
        -> HubSpotAnswer
    {
        let now = call.stage.clock.now()
        guard case .valid(let token) = call.stage.tokens.check(value, kind: kind, now: now) else {
            throw .notFound("\(kind.rawValue) token is expired or unknown")
        }
        var object: JSONObject = [
            "token": .string(value), "user": "sales@example.com", "user_id": 9_586_504,
            "hub_domain": "sandbox.example.com", "hub_id": .int(account.portalID),
            "scopes": .array(token.scopes.sorted().map(JSON.string)), "token_type": .string(kind.rawValue),
        ]
        switch kind {
        case .refresh: object["client_id"] = .string(account.clientID)
        default:
            object["app_id"] = .int(account.appID)
            object["expires_in"] = .int(token.expiresAt.map { Int(($0 - now) / 1000) } ?? 0)
        }
        return HubSpotAnswer(json: .object(object))
    }
}

extension HubSpotAnswer {
    /// An answer without a body.
    fileprivate init(_ response: SandboxResponse) {
        self.init(status: response.status, headers: response.headers.map { ($0.name, $0.value) })
    }
}
