public import CanonicalModel

/// What the identity map is asked for: an object of a connection, seen as an entity.
public struct LinkKey: Hashable, Sendable, Comparable {
    /// The connection.
    public var connection: ConnectionID
    /// The object.
    public var native: NativeReference
    /// The entity that it stands for.
    public var entity: EntityKind

    /// Takes the parts.
    public init(connection: ConnectionID, native: NativeReference, entity: EntityKind) {
        self.connection = connection
        self.native = native
        self.entity = entity
    }

    /// Orders by connection, object and entity: the order in which locks are taken.
    public static func < (left: LinkKey, right: LinkKey) -> Bool {
        (left.connection, left.native, left.entity) < (right.connection, right.native, right.entity)
    }
}
