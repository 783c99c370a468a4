public import CanonicalModel
public import SyncCore

/// Something that waits until a parent is linked.
public struct Park: Sendable, Hashable {
    /// What waits.
    public enum Waiter: Sendable, Hashable {
        /// An event, by the id of its message row.
        case message(CanonicalID)
        /// The work of a record at a connection.
        case work(Place)
    }

    /// What it waits for.
    public enum Parent: Sendable, Hashable {
        /// The link of an object.
        case object(LinkKey)
        /// The record's link in the connection.
        case place(Place)

        /// The connection in which the link is awaited.
        public var connection: ConnectionID {
            switch self {
            case .object(let key): key.connection
            case .place(let place): place.connection
            }
        }

        /// The kind of the parent.
        public var entity: EntityKind {
            switch self {
            case .object(let key): key.entity
            case .place(let place): place.entity
            }
        }

        /// The lock that parking and linking share.
        public var lock: AdvisoryLock {
            switch self {
            case .object(let key): .object(key)
            case .place(let place): .place(place.record, in: place.connection)
            }
        }
    }

    /// Its id.
    public var id: CanonicalID
    /// What waits.
    public var waiter: Waiter
    /// For what.
    public var parent: Parent
    /// Why, in words.
    public var cause: String

    /// Takes the parts.
    public init(id: CanonicalID, _ waiter: Waiter, for parent: Parent, cause: String) {
        self.id = id
        self.waiter = waiter
        self.parent = parent
        self.cause = cause
    }

    var message: CanonicalID? { if case .message(let id) = waiter { id } else { nil } }
    var work: Place? { if case .work(let place) = waiter { place } else { nil } }
    var object: LinkKey? { if case .object(let key) = parent { key } else { nil } }
    var place: Place? { if case .place(let place) = parent { place } else { nil } }
}
