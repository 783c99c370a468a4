public import CanonicalModel

/// What a system last showed of an object, for one entity: read from there, or answered after our write.
public struct Shadow: Hashable, Sendable {
    /// The fields, with references as the vendor has them.
    public var fields: Patch
    /// Our id that the object bears.
    public var externalID: CanonicalID?
    /// The version that a conditional write must name.
    public var versionToken: String?
    /// Whether it was archived or deleted there.
    public var isArchived: Bool
    /// When it was read or answered.
    public var readAt: Instant
    /// Fields that a newer build has written and this one cannot read, by name, in their written form.
    public var unread: [String: [UInt8]] = [:]

    /// Takes the parts.
    public init(
        fields: Patch = [:], externalID: CanonicalID? = nil, versionToken: String? = nil, isArchived: Bool = false,
        readAt: Instant
    ) {
        self.fields = fields
        self.externalID = externalID
        self.versionToken = versionToken
        self.isArchived = isArchived
        self.readAt = readAt
    }
}
