public import CanonicalModel

/// A record's place at the connection.
public struct PlacedRecord: Sendable, Hashable {
    /// The entity that the object stands for.
    public var entity: EntityKind
    /// The object.
    public var native: NativeReference

    /// Takes the parts.
    public init(entity: EntityKind, native: NativeReference) {
        self.entity = entity
        self.native = native
    }
}
