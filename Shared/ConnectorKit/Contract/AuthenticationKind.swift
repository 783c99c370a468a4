/// How calls to a vendor are authorised.
public enum AuthenticationKind: Sendable, Hashable {
    /// A static token, sent as a bearer token.
    case privateToken
    /// OAuth 2 with refresh; `OAuthSettings` says how this vendor does it.
    case oauth(OAuthSettings)
    /// Either, as the connection's file says.
    case privateTokenOrOAuth(OAuthSettings)
}

/// How a vendor's token endpoint works.
public struct OAuthSettings: Sendable, Hashable {
    /// How the client names itself to the token endpoint.
    public enum ClientAuthentication: Sendable, Hashable {
        /// HTTP Basic with client id and secret.
        case basic
        /// `client_id` and `client_secret` in the form.
        case form
    }

    /// Where the life of an access token is told.
    public enum Expiry: Sendable, Hashable {
        /// In `expires_in`, seconds.
        case expiresIn
        /// In the claim `exp` of the token, which is a JWT.
        case jwtClaim
    }

    /// The token endpoint's path below the connection's token base URL.
    public var tokenPath: String
    /// How the client names itself.
    public var clientAuthentication: ClientAuthentication
    /// Where the life is told.
    public var expiry: Expiry
    /// Whether each refresh brings a new refresh token that must be stored before the access token is used.
    public var rotatesRefreshToken: Bool
    /// How a person is asked to connect an account; nil where that is not known.
    public var consent: ConsentSettings?

    /// Takes the parts.
    public init(
        tokenPath: String, clientAuthentication: ClientAuthentication, expiry: Expiry, rotatesRefreshToken: Bool,
        consent: ConsentSettings? = nil
    ) {
        self.tokenPath = tokenPath
        self.clientAuthentication = clientAuthentication
        self.expiry = expiry
        self.rotatesRefreshToken = rotatesRefreshToken
        self.consent = consent
    }
}
