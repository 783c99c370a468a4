import CanonicalModel
import ConnectorKit
import SyncCore
import SyncStore
import VendorHTTP

/// What is shown to a token endpoint for tokens (RFC 6749): pure.
struct TokenGrant: Sendable {
    private let form: [(String, String)]

    /// A refresh token.
    static func refresh(_ token: String) -> TokenGrant {
        TokenGrant(form: [("grant_type", "refresh_token"), ("refresh_token", token)])
    }

    /// The code that a consent has brought, with the address that it was brought to.
    static func code(_ code: String, redirectURI: String, verifier: CodeVerifier?) -> TokenGrant {
        let proof = verifier.map { [("code_verifier", $0.text)] } ?? []
        return TokenGrant(
            form: [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirectURI)] + proof)
    }

    /// The request, in which the client names itself as the vendor wants it.
    func request(
        _ declaration: ConnectionDeclaration, _ settings: OAuthSettings, deadline: Duration = .seconds(20)
    ) throws(ConnectorFault) -> HTTPRequest {
        guard let client = declaration.secrets["client_id"] else {
            throw Self.missing("client_id", of: declaration)
        }
        guard let secret = declaration.secrets["client_secret"] else {
            throw Self.missing("client_secret", of: declaration)
        }
        var form = form
        var headers: HTTPHeaders = ["Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"]
        switch settings.clientAuthentication {
        case .basic: headers["Authorization"] = "Basic " + AccountTokens.base64("\(client):\(secret)")
        case .form: form += [("client_id", client), ("client_secret", secret)]
        }
        return HTTPRequest(
            .post, (declaration.tokenURL ?? declaration.baseURL) + settings.tokenPath, headers: headers,
            body: Array(AccountTokens.encode(form).utf8), deadline: deadline, operation: "token")
    }

    private static func missing(_ name: String, of declaration: ConnectionDeclaration) -> ConnectorFault {
        ConnectorFault(
            .authentication, code: "secret_missing",
            message: "the connection \(declaration.id) declares no \(name)",
            fix: "add the secret \(name) to the connection's file")
    }
}
