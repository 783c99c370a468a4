public import CanonicalModel

/// What an object says of one entity that it stands for, after the connector's normalisation.
public struct Observation: Sendable, Equatable {
    /// The entity.
    public var entity: EntityKind
    /// The object; two entities of one object share it.
    public var native: NativeReference
    /// Our id that the object bears for this entity.
    public var externalID: CanonicalID?
    /// Every field that the object can tell, cleared ones too; references are native.
    ///
    /// A field that is not named was not read and is not compared.
    public var fields: Patch
    /// When the vendor says that the object was last changed.
    public var modifiedAt: Instant?
    /// Who changed it, where the vendor says.
    public var actor: String?
    /// Whether the vendor shows it as archived.
    public var isArchived: Bool
    /// A version that a conditional write must name (`SyncToken`); nil where the vendor has none.
    public var versionToken: String?

    /// Takes the parts.
    public init(
        entity: EntityKind, native: NativeReference, externalID: CanonicalID? = nil, fields: Patch,
        modifiedAt: Instant? = nil, actor: String? = nil, isArchived: Bool = false, versionToken: String? = nil
    ) {
        self.entity = entity
        self.native = native
        self.externalID = externalID
        self.fields = fields
        self.modifiedAt = modifiedAt
        self.actor = actor
        self.isArchived = isArchived
        self.versionToken = versionToken
    }
}
