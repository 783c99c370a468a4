import ConnectorKit

/// Where the credentials of a connection come from: pure.
enum CredentialSource: Sendable, Hashable {
    /// An access token that its file declares and that never changes.
    case fixed(String)
    /// A refresh token that its file declares, or what has taken its place since.
    case declared(OAuthSettings)
    /// A person's consent; there is nothing until somebody has given it.
    case consent(OAuthSettings)
    /// Nothing can bring any; in words what is missing.
    case missing(String)

    init(_ declaration: ConnectionDeclaration, _ kind: AuthenticationKind) {
        let settings: OAuthSettings? =
            switch kind {
            case .privateToken: nil
            case .oauth(let settings), .privateTokenOrOAuth(let settings): settings
            }
        let secrets = declaration.secrets
        if let settings, secrets["refresh_token"] != nil {
            self = .declared(settings)
        } else if let token = secrets["access_token"] {
            self = .fixed(token)
        } else if let settings, settings.consent != nil {
            let isClient = secrets["client_id"] != nil && secrets["client_secret"] != nil
            self =
                isClient
                ? .consent(settings)
                : .missing(
                    "there is neither an access_token nor a refresh_token, nor a client_id with its client_secret for "
                        + "whom somebody could consent")
        } else {
            self = .missing("there is neither an access_token nor a refresh_token")
        }
    }

    /// How the vendor's token endpoint works; nil where no token comes from there.
    var settings: OAuthSettings? {
        switch self {
        case .declared(let settings), .consent(let settings): settings
        case .fixed, .missing: nil
        }
    }
}
