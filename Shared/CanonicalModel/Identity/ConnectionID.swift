/// Names a connection: one account of a vendor in one role, as declared in `deploy/connections`.
public struct ConnectionID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The name: lower-case letters, digits and hyphens, at most 40 characters, for it is part of queue names.
    public let name: String

    /// Takes a name as it is; `isValid` tells whether it may be used.
    public init(_ name: String) {
        self.name = name
    }

    /// Whether the name may stand in a queue name and a routing key.
    public var isValid: Bool {
        !name.isEmpty && name.utf8.count <= 40
            && name.utf8.allSatisfy { byte in
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
            }
    }

    /// The name.
    public var description: String { name }

    /// Orders by name.
    public static func < (left: ConnectionID, right: ConnectionID) -> Bool { left.name < right.name }
}
