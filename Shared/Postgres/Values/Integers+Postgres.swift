extension PostgresDecodable where Self: FixedWidthInteger {
    /// Reads any integer of the server, and a `numeric` without a fraction, as long as it fits.
    public init(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) {
        let wide: Int64 =
            switch type {
            case .int8: try WireReader.only(bytes, as: Int64.self)
            case .int4: Int64(try WireReader.only(bytes, as: Int32.self))
            case .int2: Int64(try WireReader.only(bytes, as: Int16.self))
            case .oid: Int64(try WireReader.only(bytes, as: UInt32.self))
            case .numeric: try NumericText(bytes).integer()
            default: throw .decoding("found \(type) where an integer was expected")
            }
        guard let value = Self(exactly: wide) else { throw .decoding("found an integer that \(Self.self) cannot hold") }
        self = value
    }
}

extension Int: PostgresEncodable, PostgresDecodable {
    /// `bigint`.
    public static var postgresType: PostgresType { .int8 }

    /// Appends eight bytes.
    public func encode(into buffer: inout [UInt8]) {
        buffer.appendBigEndian(Int64(self))
    }
}

extension Int64: PostgresEncodable, PostgresDecodable {
    /// `bigint`.
    public static var postgresType: PostgresType { .int8 }

    /// Appends eight bytes.
    public func encode(into buffer: inout [UInt8]) {
        buffer.appendBigEndian(self)
    }
}

extension Int32: PostgresEncodable, PostgresDecodable {
    /// `integer`.
    public static var postgresType: PostgresType { .int4 }

    /// Appends four bytes.
    public func encode(into buffer: inout [UInt8]) {
        buffer.appendBigEndian(self)
    }
}

extension Int16: PostgresEncodable, PostgresDecodable {
    /// `smallint`.
    public static var postgresType: PostgresType { .int2 }

    /// Appends two bytes.
    public func encode(into buffer: inout [UInt8]) {
        buffer.appendBigEndian(self)
    }
}

extension UInt8: PostgresEncodable, PostgresDecodable {
    /// `smallint`, for a byte by itself.
    public static var postgresType: PostgresType { .int2 }

    /// `bytea`: an array of bytes is one value.
    public static var postgresArrayType: PostgresType { .bytea }

    /// Appends two bytes.
    public func encode(into buffer: inout [UInt8]) {
        buffer.appendBigEndian(Int16(self))
    }

    /// Appends the bytes as they are.
    public static func encodeArray(_ elements: [UInt8], into buffer: inout [UInt8]) {
        buffer.append(contentsOf: elements)
    }

    /// Copies the bytes of a `bytea`, of text or of JSON.
    public static func decodeArray(
        _ bytes: UnsafeRawBufferPointer, type: PostgresType
    ) throws(PostgresError) -> [UInt8] {
        if type == .jsonb { return [UInt8](try PostgresJSON.text(of: bytes)) }
        guard type == .bytea || type.isText else { throw .decoding("found \(type) where bytes were expected") }
        return [UInt8](bytes)
    }
}
