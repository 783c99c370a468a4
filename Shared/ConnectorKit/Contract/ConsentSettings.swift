/// How a vendor asks a person to connect an account: the authorisation code grant (RFC 6749, section 4.1).
public struct ConsentSettings: Sendable, Hashable {
    /// Where it is said what may be done with the account.
    public enum Scopes: Sendable, Hashable {
        /// In the address; a connection's file may name others.
        case named([String])
        /// At the vendor, for the app as a whole.
        case setForApp
    }

    /// Where the page that asks is, as far as a connection's file may name another place.
    public var baseURL: String
    /// Its path below that.
    public var path: String
    /// Where it is said what may be done with the account.
    public var scopes: Scopes
    /// Whether the vendor takes a proof key with the code (RFC 7636, S256).
    public var provesKey: Bool

    /// Takes the parts.
    public init(baseURL: String, path: String, scopes: Scopes, provesKey: Bool = false) {
        self.baseURL = baseURL
        self.path = path
        self.scopes = scopes
        self.provesKey = provesKey
    }
}
