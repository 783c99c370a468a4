/// Names an object of a connected system by the vendor's own type and id.
public struct NativeReference: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The vendor's object type, in the vendor's spelling (`company`, `Client`, `Invoice`).
    public let type: String
    /// The vendor's id, opaque to us.
    public let id: String

    /// Takes the vendor's words.
    public init(type: String, id: String) {
        self.type = type
        self.id = id
    }

    /// `type/id`, for logs and messages.
    public var description: String { "\(type)/\(id)" }

    /// Orders by type, then id: the order in which locks on them are taken.
    public static func < (left: NativeReference, right: NativeReference) -> Bool {
        left.type == right.type ? left.id < right.id : left.type < right.type
    }
}
