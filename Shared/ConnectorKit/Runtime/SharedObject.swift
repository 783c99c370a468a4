public import CanonicalModel
public import SyncCore

/// An object that has room for one record of an entity besides the record that it is.
public struct SharedObject: Sendable, Hashable {
    /// The object, seen as the entity of which it has room for one.
    public var key: LinkKey
    /// The record that the object is.
    public var host: CanonicalID
    /// The field of that record which names the one who lives in it; nil where none does.
    public var namedBy: FieldName?

    /// Takes the parts.
    public init(key: LinkKey, host: CanonicalID, namedBy: FieldName? = nil) {
        self.key = key
        self.host = host
        self.namedBy = namedBy
    }
}
