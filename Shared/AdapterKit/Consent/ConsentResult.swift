import SyncStore

/// What has become of a call-back, for the person whose browser brought it.
enum ConsentResult: Sendable, Hashable {
    /// The account is connected; its id where the vendor tells it, and whether the connection's file names it.
    case connected(account: String?, isNamed: Bool)
    /// The person said no.
    case denied
    /// The vendor did not give tokens; its word for why, where it has one of those that there are.
    case refused(String?)
    /// The vendor gave tokens that do not open the account enough to see which one it is.
    case unreadable
    /// Consent was given for another account; both ids as far as they are known.
    case otherAccount(expected: String, found: String?)
    /// The vendor does not answer; the state is still good.
    case vendorAway
    /// The time of the state is over.
    case expired
    /// The state was used before; what came of it then.
    case used(Consent.Outcome?)
    /// No consent of this connection has such a state.
    case unknown
    /// It is no answer to a consent at all.
    case malformed
    /// Nobody can consent for this connection here.
    case unexpected
    /// It could not be kept.
    case notKept

    /// A word for it, for logs and figures.
    var word: String {
        switch self {
        case .connected: "connected"
        case .denied: "denied"
        case .refused: "refused"
        case .unreadable: "unreadable"
        case .otherAccount: "other_account"
        case .vendorAway: "vendor_away"
        case .expired: "expired"
        case .used: "used"
        case .unknown: "unknown"
        case .malformed: "malformed"
        case .unexpected: "unexpected"
        case .notKept: "not_kept"
        }
    }
}
