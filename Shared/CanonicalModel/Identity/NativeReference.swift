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

    /// The longest type or id that is taken, in bytes: both are parts of keys.
    public static let longestText = 512

    /// Whether it names an object: neither type nor id is empty, longer than `longestText`, or has control characters.
    public var isValid: Bool { Self.isValid(type) && Self.isValid(id) }

    /// Whether a text may be a type or an id.
    static func isValid(_ text: String) -> Bool {
        (1...longestText).contains(text.utf8.count) && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
    }

    /// `type/id`, for logs and messages.
    public var description: String { "\(type)/\(id)" }

    /// Orders by type, then id: the order in which locks on them are taken.
    public static func < (left: NativeReference, right: NativeReference) -> Bool {
        left.type == right.type ? left.id < right.id : left.type < right.type
    }
}
