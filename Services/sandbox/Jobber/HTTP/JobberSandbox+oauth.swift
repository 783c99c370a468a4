import Foundation
import SandboxKit

extension JobberSandbox {
    /// How long an access token lives.
    static let accessTokenMilliseconds: Int64 = 3_600_000
    private static let codeMilliseconds: Int64 = 600_000

    /// The consent page, answered at once by a user who agrees unless the address says otherwise: back to the app.
    func authorize(_ request: SandboxRequest) -> SandboxResponse {
        guard let app = request.query("client_id").flatMap(app) else {
            return Self.message("Client authentication failed due to unknown client", status: 401)
        }
        guard request.query("response_type") == "code" else {
            return Self.message("The authorization server does not support this response type", status: 400)
        }
        guard let target = request.query("redirect_uri"), URL(string: target)?.scheme != nil,
            app.redirectURIs.isEmpty || app.redirectURIs.contains(target)
        else { return Self.message("The redirect uri included is not valid", status: 400) }
        let challenge: CodeChallenge?
        switch CodeChallenge.read(request) {
        case .success(let told): challenge = told
        case .failure(let problem): return Self.message(problem.description, status: 400)
        }
        if let denied = ConsentAnswer.denied(request, redirect: target) { return denied }
        let now = stage.clock.now()
        let code = stage.random.token(40)
        stage.tokens.insert(
            SandboxToken(
                value: code, kind: .code, client: app.clientID, account: account, scopes: [target],
                issuedAt: now, expiresAt: now.adding(milliseconds: Self.codeMilliseconds), challenge: challenge))
        return ConsentAnswer.agreed(request, redirect: target, code: code)
    }

    /// Trades a code or refresh token; each refresh token is good for one use.
    func exchange(_ request: SandboxRequest) -> SandboxResponse {
        guard request.header("Content-Type")?.hasPrefix("application/x-www-form-urlencoded") == true else {
            return Self.oauthError("invalid_request", "The request must be form encoded", status: 400)
        }
        let form = request.form()
        guard let app = form["client_id"].flatMap(app), form["client_secret"] == app.clientSecret else {
            return Self.oauthError("invalid_client", "Client authentication failed", status: 401)
        }
        request.trace.actor = .token(app.clientID)
        let now = stage.clock.now()
        switch form["grant_type"] {
        case "authorization_code":
            guard case .valid(let code) = stage.tokens.consume(form["code"] ?? "", kind: .code, now: now),
                code.client == app.clientID, form["redirect_uri"].map(code.scopes.contains) ?? true,
                code.accepts(verifier: form["code_verifier"])
            else { return Self.oauthError("invalid_grant", "The provided authorization grant is invalid", status: 401) }
            return issued(to: app.clientID, now)
        case "refresh_token":
            switch stage.tokens.consume(form["refresh_token"] ?? "", kind: .refresh, now: now) {
            case .valid(let token) where token.client == app.clientID:
                return issued(to: app.clientID, now)
            case .revoked(let token) where token.client == app.clientID:
                // A token that was used before may be stolen: the whole connection ends.
                disconnect(app.clientID)
                return Self.invalidRefresh
            default:
                return Self.invalidRefresh
            }
        default:
            return Self.oauthError("unsupported_grant_type", "The grant type is not supported", status: 400)
        }
    }

    private static let invalidRefresh = oauthError(
        "invalid_grant", "The provided refresh token is not valid.", status: 401)

    private static func oauthError(_ code: String, _ text: String, status: Int) -> SandboxResponse {
        .json(
            ["error": .string(code), "error_description": .string(text), "message": .string(text)], status: status)
    }

    private func issued(to app: String, _ now: SandboxInstant) -> SandboxResponse {
        let tokens = makeTokens(app: app, userID: ownerID, now)
        return .json(["access_token": .string(tokens.access), "refresh_token": .string(tokens.refresh)])
    }

    /// A new pair of tokens for the app.
    func makeTokens(
        app: String, userID: String?, isPerson: Bool = false, _ now: SandboxInstant,
        lifetime: Int64 = accessTokenMilliseconds
    ) -> (access: String, refresh: String) {
        let end = now.adding(milliseconds: lifetime)
        let access = AccessToken.make(
            app: app, accountID: accountNumber, userID: userID, identifier: stage.random.uuid(), issuedAt: now,
            expiresAt: end, key: "the-jobber-sandbox-signs-its-tokens-with-this")
        let refresh = stage.random.token(43)
        var scopes: Set<String> = userID.map { ["user:\($0)"] } ?? []
        if isPerson { scopes.insert("person") }
        stage.tokens.insert(
            SandboxToken(
                value: access, kind: .access, client: app, account: account, scopes: scopes, issuedAt: now,
                expiresAt: end))
        stage.tokens.insert(
            SandboxToken(value: refresh, kind: .refresh, client: app, account: account, issuedAt: now, expiresAt: nil))
        return (access, refresh)
    }

    /// Ends the connection of an app: its tokens are dead, and it is told.
    func disconnect(_ app: String) {
        let tokens = stage.tokens.all { $0.client == app && !$0.isRevoked }
        for token in tokens { stage.tokens.revoke(token.value) }
        guard !tokens.isEmpty else { return }
        tellDisconnected(app)
    }
}
