public import CanonicalModel
public import Postgres

extension CanonicalID: PostgresEncodable, PostgresDecodable {
    /// `uuid`.
    public static var postgresType: PostgresType { .uuid }

    /// Appends the 16 bytes.
    public func encode(into buffer: inout [UInt8]) {
        withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { buffer.append(contentsOf: $0) }
    }

    /// Reads a `uuid`.
    public init(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) {
        guard type == .uuid, bytes.count == 16 else { throw .decoding("found \(type) where a uuid was expected") }
        self.init(
            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }
}

extension Instant: PostgresEncodable, PostgresDecodable {
    /// `timestamptz`.
    public static var postgresType: PostgresType { .timestamptz }

    /// Appends the moment to the microsecond, as the server keeps it.
    public func encode(into buffer: inout [UInt8]) {
        PostgresTimestamp(microseconds: microseconds).encode(into: &buffer)
    }

    /// Reads a `timestamptz`.
    public init(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) {
        self.init(microseconds: try PostgresTimestamp(postgres: bytes, type: type).microseconds)
    }
}
