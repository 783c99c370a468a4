/// Reads integers and length-prefixed fields of the binary format, never past the end.
struct WireReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    var isAtEnd: Bool {
        offset == bytes.count
    }

    mutating func integer<Value: FixedWidthInteger>(_: Value.Type) throws(PostgresError) -> Value {
        let size = MemoryLayout<Value>.size
        guard bytes.count - offset >= size else {
            throw .decoding("a binary value ends after \(bytes.count) bytes, in the middle of an integer")
        }
        defer { offset += size }
        return Value(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Value.self))
    }

    /// Reads a field behind its length; nil for NULL.
    mutating func field() throws(PostgresError) -> UnsafeRawBufferPointer? {
        let length = try integer(Int32.self)
        guard length >= 0 else { return nil }
        guard bytes.count - offset >= Int(length) else {
            throw .decoding("a binary value ends after \(bytes.count) bytes, but a field of \(length) was announced")
        }
        defer { offset += Int(length) }
        return UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + Int(length)])
    }

    /// Reads a value that is one integer and nothing else.
    static func only<Value: FixedWidthInteger>(
        _ bytes: UnsafeRawBufferPointer, as: Value.Type
    ) throws(PostgresError) -> Value {
        guard bytes.count == MemoryLayout<Value>.size else {
            throw .decoding("found \(bytes.count) bytes where \(MemoryLayout<Value>.size) were expected")
        }
        return Value(bigEndian: bytes.loadUnaligned(as: Value.self))
    }
}
