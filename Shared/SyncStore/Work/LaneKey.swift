public import CanonicalModel

/// Names a lane: one native object of a connection, or a record while it is being created there.
public struct LaneKey: Sendable, Hashable, Comparable {
    /// The connection.
    public var connection: ConnectionID
    /// `type/id` of the object, or `record/` with the record's id.
    public var key: String

    /// The lane of an object; all entities that it stands for share it.
    public static func object(_ native: NativeReference, in connection: ConnectionID) -> LaneKey {
        LaneKey(connection: connection, key: native.description)
    }

    /// The lane of a record that is being created.
    public static func record(_ record: CanonicalID, in connection: ConnectionID) -> LaneKey {
        LaneKey(connection: connection, key: "record/\(record)")
    }

    /// Orders by connection and key: the order in which lanes are taken.
    public static func < (left: LaneKey, right: LaneKey) -> Bool {
        (left.connection, left.key) < (right.connection, right.key)
    }
}

/// A lane that is held: the right to read and write an object until the lease ends.
public struct Lane: Sendable, Hashable {
    /// Which lane.
    public var key: LaneKey
    /// Which time it was taken; a later holder has a higher one.
    public var epoch: Int64

    /// Takes the parts.
    public init(key: LaneKey, epoch: Int64) {
        self.key = key
        self.epoch = epoch
    }
}
