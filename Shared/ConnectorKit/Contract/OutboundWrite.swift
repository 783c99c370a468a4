public import CanonicalModel

/// What egress wants of a record at the vendor.
public struct OutboundWrite: Sendable {
    /// The record.
    public var record: CanonicalID
    /// Its entity.
    public var entity: EntityKind
    /// The object to update; nil to create one.
    public var native: NativeReference?
    /// The fields that differ from the shadow, with references already in the vendor's ids.
    public var changes: Patch
    /// The whole desired state with references in the vendor's ids; a vendor that replaces lists or documents as a whole
    /// needs more than the differences.
    public var desired: Patch
    /// What the vendor last showed.
    public var shadow: Patch
    /// Whether the object does not bear our id yet, though it can.
    public var needsExternalID: Bool
    /// The version that a conditional write must name.
    public var versionToken: String?
    /// (connection, record, effect, ordinal) as text of at most 50 characters; stable over restarts.
    public var creationKey: String
    /// When the newest desired state was decided on; nil where nobody knows.
    public var wantedAt: Instant?

    /// Takes the parts.
    public init(
        record: CanonicalID, entity: EntityKind, native: NativeReference?, changes: Patch, desired: Patch,
        shadow: Patch, needsExternalID: Bool = false, versionToken: String?, creationKey: String,
        wantedAt: Instant? = nil
    ) {
        self.record = record
        self.entity = entity
        self.native = native
        self.changes = changes
        self.desired = desired
        self.shadow = shadow
        self.needsExternalID = needsExternalID
        self.versionToken = versionToken
        self.creationKey = creationKey
        self.wantedAt = wantedAt
    }
}

/// A request that is ready to be sent, and is sent byte for byte again when its outcome is unknown.
public struct PreparedWrite: Sendable {
    /// What it is for.
    public var write: OutboundWrite
    /// The request without credentials.
    public var request: VendorRequest
    /// The fields that it brings to the desired value; the others are asked for again.
    public var covers: Set<FieldName>

    /// Takes the parts.
    public init(write: OutboundWrite, request: VendorRequest, covers: Set<FieldName>) {
        self.write = write
        self.request = request
        self.covers = covers
    }
}
