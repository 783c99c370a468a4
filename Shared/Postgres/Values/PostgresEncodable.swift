/// A value that can be bound to a parameter or written to a column.
///
/// Values travel in the server's binary format. A type of 16 bytes conforms as `.uuid` by appending them.
public protocol PostgresEncodable: Sendable {
    /// The type that the server is told.
    static var postgresType: PostgresType { get }

    /// The type of an array of such values; by default the array of `postgresType`.
    static var postgresArrayType: PostgresType { get }

    /// Whether the value is NULL; then `encode(into:)` is not called.
    var isPostgresNull: Bool { get }

    /// Appends the value in the server's binary format, without its length.
    func encode(into buffer: inout [UInt8])

    /// Appends an array of such values; by default as a one-dimensional array of the server.
    static func encodeArray(_ elements: [Self], into buffer: inout [UInt8])
}

extension PostgresEncodable {
    /// The array of `postgresType`.
    public static var postgresArrayType: PostgresType {
        postgresType.array
    }

    /// False: only an `Optional` can be NULL.
    public var isPostgresNull: Bool {
        false
    }

    /// Appends a one-dimensional array with lower bound 1.
    @inlinable
    public static func encodeArray(_ elements: [Self], into buffer: inout [UInt8]) {
        // array_recv: dimensions, has-nulls flag, element type, then length and lower bound of each dimension.
        buffer.appendBigEndian(Int32(elements.isEmpty ? 0 : 1))
        buffer.appendBigEndian(Int32(elements.contains { $0.isPostgresNull } ? 1 : 0))
        buffer.appendBigEndian(postgresType.rawValue)
        guard !elements.isEmpty else { return }
        buffer.appendBigEndian(Int32(clamping: elements.count))
        buffer.appendBigEndian(Int32(1))
        for element in elements { element.encodeWithLength(into: &buffer) }
    }

    /// Appends the value behind its length of four bytes, −1 for NULL.
    @inlinable
    func encodeWithLength(into buffer: inout [UInt8]) {
        guard !isPostgresNull else { return buffer.appendBigEndian(Int32(-1)) }
        let start = buffer.count
        buffer.appendBigEndian(Int32(0))
        encode(into: &buffer)
        let length = UInt32(clamping: buffer.count - start - 4)
        buffer[start] = UInt8(truncatingIfNeeded: length >> 24)
        buffer[start + 1] = UInt8(truncatingIfNeeded: length >> 16)
        buffer[start + 2] = UInt8(truncatingIfNeeded: length >> 8)
        buffer[start + 3] = UInt8(truncatingIfNeeded: length)
    }
}

extension [UInt8] {
    @inlinable
    mutating func appendBigEndian(_ value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }
}
