public import CanonicalModel

/// A connection as its file in `deploy/connections` declares it.
public struct ConnectionDeclaration: Sendable {
    /// The connection's name.
    public var id: ConnectionID
    /// The vendor's name, as the connector's descriptor has it.
    public var vendor: String
    /// The role that the vendor plays for this company.
    public var role: Role
    /// The account whose credentials and rate budget are used; connections of one account share them.
    public var account: String
    /// The vendor's own id of the account, where webhooks and paths name it: a realm, a portal.
    public var vendorAccount: String?
    /// Where the vendor's API is.
    public var baseURL: String
    /// Where the vendor's tokens come from; the base URL where not given.
    public var tokenURL: String?
    /// Where the vendor asks people for their consent; the connector's place where not given.
    public var authorizeURL: String?
    /// What is asked for in a consent, where it differs from what the connector needs.
    public var scopes: [String]?
    /// The secrets, by name (`access_token`, `client_id`, `client_secret`, `refresh_token`, `webhook_secret`,
    /// `webhook_secret_previous`), read from the files or variables that the declaration names.
    public var secrets: [String: String]
    /// The mapping of custom fields, picklists, statuses, taxes and line types that differs from the shipped one.
    public var overlay: JSONValue
    /// The zone in which the vendor's local times are read.
    public var timeZone: String
    /// The currency of amounts that the vendor gives without one.
    public var currency: CurrencyCode

    /// How many calls the account may make, where it differs from the vendor's usual limit.
    public var rateLimit: RateLimit?
    /// How long after the send of a request the vendor may still carry it out, where it differs from the connector's bound;
    /// no call of ours waits longer.
    public var requestCeiling: Duration?
    /// How often changes are asked for, where it differs from the connector's default.
    public var pollInterval: Duration?

    /// Takes the parts.
    public init(
        id: ConnectionID, vendor: String, role: Role, account: String? = nil, vendorAccount: String? = nil,
        baseURL: String, tokenURL: String? = nil, secrets: [String: String] = [:],
        overlay: JSONValue = .object(JSONObject()),
        timeZone: String = "UTC", currency: CurrencyCode = .usd
    ) {
        self.id = id
        self.vendor = vendor
        self.role = role
        self.account = account ?? id.name
        self.vendorAccount = vendorAccount
        self.baseURL = baseURL
        self.tokenURL = tokenURL
        self.secrets = secrets
        self.overlay = overlay
        self.timeZone = timeZone
        self.currency = currency
    }
}
