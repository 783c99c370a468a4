public import CanonicalModel

/// What a system last showed of an object, for one entity: read from there, or answered after our write.
public struct Shadow: Hashable, Sendable {
    /// When an object was changed, and when that was known.
    public struct Modification: Hashable, Sendable {
        /// The vendor's own time of the change.
        public var at: Instant
        /// Our time after the read that has shown it.
        public var seenAt: Instant

        /// Takes the times.
        public init(at: Instant, seenAt: Instant) {
            self.at = at
            self.seenAt = seenAt
        }
    }

    /// The fields, with references as the vendor has them.
    public var fields: Patch
    /// Our id that the object bears.
    public var externalID: CanonicalID?
    /// The version that a conditional write must name.
    public var versionToken: String?
    /// Whether it was archived or deleted there.
    public var isArchived: Bool
    /// When it was read or answered; `assumed` where neither has been.
    public var readAt: Instant
    /// The newest change that a read has shown; nil after an answer to our write, which shows only what was written, and
    /// in a shadow that comes from the store.
    public var modification: Modification?
    /// Fields that a newer build has written and this one cannot read, by name, in their written form.
    public var unread: [String: [UInt8]] = [:]

    /// The time of what nobody has seen: a look-up has found the object, and it should show what was written.
    public static let assumed = Instant(microseconds: 0)

    /// Whether nobody has seen what it says.
    public var isAssumed: Bool { readAt == Self.assumed }

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
