/// The name of a field of the canonical model, in snake case.
public struct FieldName: Hashable, Sendable, Comparable, ExpressibleByStringLiteral, CustomStringConvertible {
    /// The name.
    public let name: String

    /// Takes a name as it is; whether an entity has such a field is for its declaration to say.
    public init(_ name: String) {
        self.name = name
    }

    /// Takes a name from source code.
    public init(stringLiteral name: String) {
        self.name = name
    }

    /// The name.
    public var description: String { name }

    /// Orders by name.
    public static func < (left: FieldName, right: FieldName) -> Bool { left.name < right.name }
}
