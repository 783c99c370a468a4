import Foundation
import SandboxKit
import Synchronization

extension QuickBooksOnlineSandbox {
    private static let accessLifetime: Int64 = 3_600
    private static let refreshLifetime: Int64 = 8_726_400
    /// The absolute life of a connection, in seconds: five years.
    private static let hardLifetime: Int64 = 157_680_000

    /// Answers the discovery document, the consent page, tokens, their revocation, and who the user is.
    func answerOAuth(_ request: SandboxRequest) -> SandboxResponse {
        switch (request.method, request.path) {
        case ("GET", "/.well-known/openid_configuration"), ("GET", "/.well-known/openid_configuration/"),
            ("GET", "/.well-known/openid_sandbox_configuration"), ("GET", "/.well-known/openid_sandbox_configuration/"):
            return discovery(request)
        case ("GET", "/connect/oauth2"): return authorize(request)
        case ("POST", "/oauth2/v1/tokens/bearer"): return exchange(request)
        case ("POST", "/v2/oauth2/tokens/revoke"): return revoke(request)
        case ("GET", "/v1/openid_connect/userinfo"): return userInfo(request)
        case ("GET", "/oauth2/v1/jwks"), ("GET", "/v1/op/v1/jwks"): return .json(["keys": []])
        default: return .json(["error": "not_found", "error_description": .string(request.path)], status: 404)
        }
    }

    private func discovery(_ request: SandboxRequest) -> SandboxResponse {
        let origin = "http://\(request.authority ?? "127.0.0.1")"
        return .json([
            "issuer": .string(origin + "/op/v1"), "authorization_endpoint": .string(origin + "/connect/oauth2"),
            "token_endpoint": .string(origin + "/oauth2/v1/tokens/bearer"),
            "userinfo_endpoint": .string(origin + "/v1/openid_connect/userinfo"),
            "revocation_endpoint": .string(origin + "/v2/oauth2/tokens/revoke"),
            "jwks_uri": .string(origin + "/oauth2/v1/jwks"),
            "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "email", "profile", "address", "phone"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        ])
    }

    private static func refused(_ error: String, _ description: String, status: Int = 400) -> SandboxResponse {
        .json(["error": .string(error), "error_description": .string(description)], status: status)
    }

    /// The consent page, where the person agrees unless the address says otherwise; the answer brings code, state and realm.
    private func authorize(_ request: SandboxRequest) -> SandboxResponse {
        let app = ledger.withLock { $0.app }
        guard request.query("client_id") == app.clientID else {
            return Self.refused("invalid_client", "unknown client_id")
        }
        guard request.query("response_type") == "code", let redirect = request.query("redirect_uri"),
            URL(string: redirect)?.scheme != nil,
            request.query("scope")?.contains(QuickBooksApp.accountingScope) ?? false, request.query("state") != nil
        else {
            return Self.refused("invalid_request", "response_type=code, redirect_uri, scope and state are required")
        }
        let challenge: CodeChallenge?
        switch CodeChallenge.read(request) {
        case .success(let told): challenge = told
        case .failure(let problem): return Self.refused("invalid_request", problem.description)
        }
        if let denied = ConsentAnswer.denied(request, redirect: redirect) { return denied }
        let realm = request.query("sandbox_realm") ?? app.firstRealm
        let now = stage.clock.now()
        let code = "AB" + stage.random.token(48)
        stage.tokens.insert(
            SandboxToken(
                value: code, kind: .code, client: redirect, account: realm, scopes: [QuickBooksApp.accountingScope],
                issuedAt: now, expiresAt: now.adding(milliseconds: 300_000), challenge: challenge))
        return ConsentAnswer.agreed(request, redirect: redirect, code: code, more: [("realmId", realm)])
    }

    private func isClient(_ request: SandboxRequest) -> Bool {
        let app = ledger.withLock { $0.app }
        guard let (user, password) = request.basicCredentials else { return false }
        return user == app.clientID && password == app.clientSecret
    }

    private func exchange(_ request: SandboxRequest) -> SandboxResponse {
        guard isClient(request) else { return Self.refused("invalid_client", "unknown client or secret", status: 401) }
        let form = request.form()
        let now = stage.clock.now()
        switch form["grant_type"] {
        case "authorization_code":
            guard case .valid(let code) = stage.tokens.consume(form["code"] ?? "", kind: .code, now: now) else {
                return Self.refused("invalid_grant", "Invalid authorization code")
            }
            guard code.client == form["redirect_uri"] else {
                return Self.refused("invalid_grant", "redirect_uri differs")
            }
            guard code.accepts(verifier: form["code_verifier"]) else {
                return Self.refused("invalid_grant", "code_verifier does not belong to the code")
            }
            return answer(tokens: issue(realm: code.account, now: now), request)
        case "refresh_token":
            let value = form["refresh_token"] ?? ""
            guard case .valid(let old) = stage.tokens.check(value, kind: .refresh, now: now) else {
                return Self.refused("invalid_grant", "Incorrect or invalid refresh token")
            }
            // The value rolls; the previous one works for a short time more.
            let grace = ledger.withLock { $0.app.refreshGraceSeconds } * 1000
            let end = now.adding(milliseconds: grace)
            stage.tokens.setExpiry(value, min(old.expiresAt ?? end, end))
            return answer(tokens: issue(realm: old.account, now: now), request)
        default: return Self.refused("unsupported_grant_type", "grant_type must be authorization_code or refresh_token")
        }
    }

    /// Issues an access and a refresh token for a company.
    func issue(realm: String, now: SandboxInstant, lifetime: Int64? = nil) -> (access: String, refresh: String) {
        let access = "eyJlbmMiOiJBMTI4Q0JDLUhTMjU2IiwiYWxnIjoiZGlyIn0.." + stage.random.token(64)
        let refresh = "RT1-" + stage.random.token(40)
        for (value, kind, seconds) in [
            (access, SandboxToken.Kind.access, lifetime ?? Self.accessLifetime),
            (refresh, .refresh, Self.refreshLifetime),
        ] {
            stage.tokens.insert(
                SandboxToken(
                    value: value, kind: kind, client: "app", account: realm, scopes: [QuickBooksApp.accountingScope],
                    issuedAt: now, expiresAt: now.adding(milliseconds: seconds * 1000)))
        }
        return (access, refresh)
    }

    private func answer(tokens: (access: String, refresh: String), _ request: SandboxRequest) -> SandboxResponse {
        var object: JSONObject = [
            "token_type": "bearer", "access_token": .string(tokens.access),
            "expires_in": .int(Int(Self.accessLifetime)),
            "refresh_token": .string(tokens.refresh), "x_refresh_token_expires_in": .int(Int(Self.refreshLifetime)),
        ]
        if request.header("x-include-refresh-token-hard-expires-in") == "true" {
            object["x_refresh_token_hard_expires_in"] = .int(Int(Self.hardLifetime))
        }
        return .json(.object(object), headers: [("Cache-Control", "no-cache, no-store")])
    }

    /// Ends a connection: all its tokens with the one that was named.
    private func revoke(_ request: SandboxRequest) -> SandboxResponse {
        guard isClient(request) else { return Self.refused("invalid_client", "unknown client or secret", status: 401) }
        let value = (try? request.json())?["token"]?.stringValue ?? request.form()["token"] ?? ""
        guard let named = stage.tokens.all(where: { $0.value == value }).first else {
            return Self.refused("invalid_request", "unknown token")
        }
        for token in stage.tokens.all(where: { $0.account == named.account && $0.client == named.client }) {
            stage.tokens.revoke(token.value)
        }
        return SandboxResponse(status: 200)
    }

    private func userInfo(_ request: SandboxRequest) -> SandboxResponse {
        guard
            case .valid(let token) = stage.tokens.check(
                request.bearerToken ?? "", kind: .access, now: stage.clock.now())
        else {
            return Self.refused("invalid_token", "unknown or expired token", status: 401)
        }
        return .json([
            "sub": "1", "email": "office@example.com", "emailVerified": true, "realmId": .string(token.account),
        ])
    }
}
