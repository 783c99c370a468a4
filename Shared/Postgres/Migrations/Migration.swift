internal import Crypto

/// One numbered change of the schema, and how to take it back.
public struct Migration: Sendable, Equatable {
    /// Its place in the order; unique.
    public var number: Int
    /// What it does, such as `create_identity_map`.
    public var name: String
    /// The statements that apply it.
    public var up: String
    /// The statements that take it back; nil if nothing can.
    public var down: String?

    /// Makes a migration from its parts.
    public init(number: Int, name: String, up: String, down: String?) {
        self.number = number
        self.name = name
        self.up = up
        self.down = down
    }

    /// The SHA-256 of `up` in hexadecimal digits, which tells whether an applied migration was edited.
    public var checksum: String {
        let digits = Array("0123456789abcdef")
        return String(SHA256.hash(data: Array(up.utf8)).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    /// How its files are called.
    var label: String {
        Self.label(number: number, name: name)
    }

    /// A number with four digits and a name.
    static func label(number: Int, name: String) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(4 - digits.count, 0)) + digits + "_" + name
    }
}
