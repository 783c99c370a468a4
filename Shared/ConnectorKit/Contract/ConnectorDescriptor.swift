public import CanonicalModel
public import SyncCore

/// What a vendor can and cannot do; shown in the documentation and read by the router as capabilities.
public struct ConnectorDescriptor: Sendable {
    /// The vendor's name in connection files, lower case: `hubspot`.
    public var vendor: String
    /// The vendor's name as people write it.
    public var title: String
    /// The roles that the connector can play.
    public var roles: Set<Role>
    /// What it can do with each entity.
    public var entities: [EntityCapability]
    /// What can be asked for changes.
    public var pollStreams: [PollStream]
    /// How calls are authorised.
    public var authentication: AuthenticationKind
    /// How many calls the vendor allows.
    public var rateLimit: RateLimit
    /// How long after the send of a request the vendor may still carry it out; at least our own time-out.
    public var requestCeiling: Duration
    /// How long after a write a search may still miss it.
    public var indexLag: Duration
    /// What holds when an update is carried out late, after a newer one or after somebody's edit.
    public var lateUpdates: EntityCapability.EffectGuarantee
    /// How many writes one bulk call takes; 1 where the vendor has none.
    public var bulkSize: Int
    /// What the vendor cannot do, a sentence each.
    public var limitations: [String]

    /// Takes the parts.
    public init(
        vendor: String, title: String, roles: Set<Role>, entities: [EntityCapability], pollStreams: [PollStream],
        authentication: AuthenticationKind, rateLimit: RateLimit, requestCeiling: Duration, indexLag: Duration,
        lateUpdates: EntityCapability.EffectGuarantee = .notApplicable, bulkSize: Int = 1, limitations: [String] = []
    ) {
        self.vendor = vendor
        self.title = title
        self.roles = roles
        self.entities = entities
        self.pollStreams = pollStreams
        self.authentication = authentication
        self.rateLimit = rateLimit
        self.requestCeiling = requestCeiling
        self.indexLag = indexLag
        self.lateUpdates = lateUpdates
        self.bulkSize = bulkSize
        self.limitations = limitations
    }

    /// What can be done with an entity; nil where the vendor does not have it.
    public func capability(for entity: EntityKind) -> EntityCapability? {
        entities.first { $0.entity == entity }
    }
}
