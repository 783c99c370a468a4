public import CanonicalModel
internal import Postgres
public import SyncCore

/// Which record an object of a connection stands for, seen as an entity.
public struct Link: Sendable, Hashable {
    /// What a link says.
    public enum State: String, Sendable, CaseIterable, TextColumn {
        /// A create is under way; there is no native id yet.
        case pending
        /// The object is the record there.
        case active
        /// Another object of the same record, such as one that was merged away.
        case alias
        /// The object is gone.
        case tombstone
    }

    /// The link's own id.
    public var id: CanonicalID
    /// The connection.
    public var connection: ConnectionID
    /// The vendor's type.
    public var nativeType: String
    /// The vendor's id; nil while pending.
    public var nativeID: String?
    /// The entity that the object stands for.
    public var entity: EntityKind
    /// The record.
    public var record: CanonicalID
    /// What the link says.
    public var state: State

    /// Takes the parts.
    public init(
        id: CanonicalID, connection: ConnectionID, nativeType: String, nativeID: String?, entity: EntityKind,
        record: CanonicalID, state: State
    ) {
        self.id = id
        self.connection = connection
        self.nativeType = nativeType
        self.nativeID = nativeID
        self.entity = entity
        self.record = record
        self.state = state
    }

    /// Links an object to a record.
    public init(id: CanonicalID, _ key: LinkKey, record: CanonicalID, state: State = .active) {
        self.init(
            id: id, connection: key.connection, nativeType: key.native.type, nativeID: key.native.id,
            entity: key.entity, record: record, state: state)
    }

    /// The object; nil while there is none.
    public var native: NativeReference? {
        nativeID.map { NativeReference(type: nativeType, id: $0) }
    }

    /// What the link is looked up by; nil while there is no object.
    public var key: LinkKey? {
        native.map { LinkKey(connection: connection, native: $0, entity: entity) }
    }

    /// The record's place in the connection.
    public var place: Place {
        Place(record: record, connection: connection, entity: entity)
    }
}

/// A record's place in a connection: it has one there at most, for each entity.
public struct Place: Sendable, Hashable, Comparable {
    /// The record.
    public var record: CanonicalID
    /// The connection.
    public var connection: ConnectionID
    /// The record's kind.
    public var entity: EntityKind

    /// Takes the parts.
    public init(record: CanonicalID, connection: ConnectionID, entity: EntityKind) {
        self.record = record
        self.connection = connection
        self.entity = entity
    }

    /// Orders by record, connection and entity.
    public static func < (left: Place, right: Place) -> Bool {
        (left.record, left.connection, left.entity) < (right.record, right.connection, right.entity)
    }
}
