public import CanonicalModel
internal import Postgres

/// One time that a person was to be asked at a vendor.
public struct Consent: Sendable, Hashable {
    /// What came of it.
    public enum Outcome: String, Sendable, CaseIterable, TextColumn {
        /// The account is connected.
        case connected
        /// The person said no.
        case denied
        /// The vendor did not give tokens for its own code.
        case refused
        /// The person consented for another account than the connection's.
        case otherAccount = "other_account"
    }

    /// Its id, which is no secret.
    public var id: CanonicalID
    /// Whose account is to be connected.
    public var connection: ConnectionID
    /// The digest of its state.
    public var stateDigest: [UInt8]
    /// The verifier of its proof key, sealed under the state; nil where the vendor takes none.
    public var sealedVerifier: [UInt8]?
    /// Who has asked for it.
    public var askedBy: String
    /// Until when the state is good.
    public var expiresAt: Instant
    /// Whether that is over, by the database's clock.
    public var isExpired: Bool
    /// When the state was used up.
    public var usedAt: Instant?
    /// What came of it; nil while it is open.
    public var outcome: Outcome?
    /// The account in which somebody consented, by the vendor's own id, where that is known.
    public var vendorAccount: String?

    /// An open consent.
    public init(
        id: CanonicalID, connection: ConnectionID, stateDigest: [UInt8], sealedVerifier: [UInt8]? = nil,
        askedBy: String, expiresAt: Instant, isExpired: Bool = false
    ) {
        self.id = id
        self.connection = connection
        self.stateDigest = stateDigest
        self.sealedVerifier = sealedVerifier
        self.askedBy = askedBy
        self.expiresAt = expiresAt
        self.isExpired = isExpired
    }
}
