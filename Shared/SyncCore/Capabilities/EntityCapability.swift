public import CanonicalModel

/// What a connector can do with one entity.
public struct EntityCapability: Sendable {
    /// Where a record of the entity lives at the vendor.
    public enum Placement: Sendable, Hashable {
        /// It is an object of its own.
        case own
        /// It lives in the object of the record that the field refers to: a job in the deal of its opportunity.
        ///
        /// Creating it makes a link only; its fields are written by updates of that object.
        case embedded(in: FieldName)
        /// It lives in the object of the record that the field refers to if no other record of its entity does so
        /// already, else it is an object of its own: the first contact of a client.
        ///
        /// Where that record has a field that names the one who lives there, `namedBy`, whoever came first makes room for
        /// the one that is named, and nobody else comes in meanwhile.
        case embeddedIfFree(in: FieldName, namedBy: FieldName? = nil)
    }

    /// How far a second object, or an old value that comes back, is kept away when the answer to a request is lost or the
    /// request is carried out late.
    public enum EffectGuarantee: Sendable, Hashable {
        /// The vendor does it once: by our key, or by the version that the request names.
        case prevented(by: String)
        /// A look-up or a read finds it; it is healed within so many minutes after it was done.
        case detected(minutes: Int, by: String)
        /// We never do this.
        case notApplicable
    }

    /// The entity.
    public var entity: EntityKind
    /// The vendor's object type.
    public var nativeType: String
    /// Where its records live.
    public var placement: Placement
    /// Whether records of it may begin there; where not, an object without a link says nothing of the entity.
    public var originates: Bool
    /// Whether we may create it there.
    public var creates: Bool
    /// The fields that we can write.
    public var writes: Set<FieldName>
    /// The fields that we can read.
    public var reads: Set<FieldName>
    /// The fields without which a create is refused.
    public var requiredAtCreate: Set<FieldName>
    /// Whether the object bears our id.
    public var keepsExternalID: Bool
    /// What holds when the answer to a create is lost.
    public var createGuarantee: EffectGuarantee

    /// The field that refers to the record in whose object this one lives; nil where it is an object of its own.
    public var home: FieldName? {
        switch placement {
        case .own: nil
        case .embedded(let field), .embeddedIfFree(let field, _): field
        }
    }

    /// The field of that record which names the one who lives there; nil where none does.
    public var namedBy: FieldName? {
        if case .embeddedIfFree(_, let field) = placement { field } else { nil }
    }

    /// Takes the parts.
    public init(
        _ entity: EntityKind, nativeType: String, placement: Placement = .own, originates: Bool, creates: Bool,
        writes: Set<FieldName>, reads: Set<FieldName>, requiredAtCreate: Set<FieldName> = [],
        keepsExternalID: Bool, createGuarantee: EffectGuarantee
    ) {
        self.entity = entity
        self.nativeType = nativeType
        self.placement = placement
        self.originates = originates
        self.creates = creates
        self.writes = writes
        self.reads = reads
        self.requiredAtCreate = requiredAtCreate
        self.keepsExternalID = keepsExternalID
        self.createGuarantee = createGuarantee
    }
}
