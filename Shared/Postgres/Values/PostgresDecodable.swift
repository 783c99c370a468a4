/// A value that can be read from a column of a result.
public protocol PostgresDecodable {
    /// Reads a value that is not NULL.
    ///
    /// - Parameters:
    ///   - bytes: the value in the server's binary format; valid during the call only.
    ///   - type: what the server says that it is.
    /// - Throws: `PostgresError` with code `.decoding` when the type or the bytes do not fit.
    init(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError)

    /// Stands for NULL; by default an error that says to use an optional.
    static func postgresNull() throws(PostgresError) -> Self

    /// Reads an array of such values; by default a one-dimensional array of the server.
    static func decodeArray(_ bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) -> [Self]
}

extension PostgresDecodable {
    /// Throws, since only an `Optional` can be NULL.
    public static func postgresNull() throws(PostgresError) -> Self {
        throw .decoding("found NULL where \(Self.self) was expected; decode it as \(Self.self)?")
    }

    /// Reads a one-dimensional array.
    public static func decodeArray(
        _ bytes: UnsafeRawBufferPointer, type: PostgresType
    ) throws(PostgresError) -> [Self] {
        var reader = WireReader(bytes)
        let dimensions = try reader.integer(Int32.self)
        _ = try reader.integer(Int32.self)
        let elementType = PostgresType(rawValue: try reader.integer(UInt32.self))
        guard dimensions != 0 else { return [] }
        guard dimensions == 1 else { throw .decoding("found an array of \(dimensions) dimensions; one is supported") }
        let count = try reader.integer(Int32.self)
        _ = try reader.integer(Int32.self)
        // Each element has a length of four bytes at least, so a damaged count cannot reserve more than arrived.
        guard count >= 0, Int(count) <= bytes.count / 4 else {
            throw .decoding("found an array that claims \(count) elements in \(bytes.count) bytes")
        }
        var elements: [Self] = []
        elements.reserveCapacity(Int(count))
        for _ in 0..<count {
            if let element = try reader.field() {
                elements.append(try Self(postgres: element, type: elementType))
            } else {
                elements.append(try Self.postgresNull())
            }
        }
        return elements
    }
}
