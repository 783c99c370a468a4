public import CanonicalModel
public import SyncCore

/// An object that has room for one record of an entity goes over from one record to another.
public struct Succession: Sendable, Hashable {
    /// The object.
    public var object: LinkKey
    /// Who makes room.
    public var predecessor: CanonicalID
    /// Who comes in.
    public var successor: CanonicalID
    /// The record whose field names the successor.
    public var host: CanonicalID
    /// That field.
    public var field: FieldName

    /// Takes the parts.
    public init(
        of object: LinkKey, from predecessor: CanonicalID, to successor: CanonicalID, namedBy field: FieldName,
        of host: CanonicalID
    ) {
        self.object = object
        self.predecessor = predecessor
        self.successor = successor
        self.host = host
        self.field = field
    }
}
