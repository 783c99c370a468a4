/// A `uuid` as two integers, so that comparing and hashing are cheap.
public struct PostgresUUID: Hashable, Comparable, Sendable {
    /// The first eight bytes, most significant first.
    public var high: UInt64
    /// The last eight bytes, most significant first.
    public var low: UInt64

    /// Makes an identifier from its two halves.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Orders as the server does, byte by byte.
    public static func < (left: PostgresUUID, right: PostgresUUID) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }
}

extension PostgresUUID: PostgresEncodable, PostgresDecodable {
    /// `uuid`.
    public static var postgresType: PostgresType { .uuid }

    /// Appends sixteen bytes.
    public func encode(into buffer: inout [UInt8]) {
        buffer.appendBigEndian(high)
        buffer.appendBigEndian(low)
    }

    /// Reads a `uuid`.
    public init(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) {
        guard type == .uuid, bytes.count == 16 else { throw .decoding("found \(type) where a uuid was expected") }
        var reader = WireReader(bytes)
        self.init(high: try reader.integer(UInt64.self), low: try reader.integer(UInt64.self))
    }
}

extension PostgresUUID: CustomStringConvertible {
    private static let digits = Array("0123456789abcdef".utf8)

    /// The usual notation: 32 lower-case digits in five groups.
    public var description: String {
        var text: [UInt8] = []
        text.reserveCapacity(36)
        for position in 0..<32 {
            if [8, 12, 16, 20].contains(position) { text.append(UInt8(ascii: "-")) }
            let half = position < 16 ? high : low
            text.append(Self.digits[Int(half >> UInt64(60 - position % 16 * 4) & 0xF)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
