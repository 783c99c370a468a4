extension Bool: PostgresEncodable, PostgresDecodable {
    /// `boolean`.
    public static var postgresType: PostgresType { .bool }

    /// Appends one byte.
    public func encode(into buffer: inout [UInt8]) {
        buffer.append(self ? 1 : 0)
    }

    /// Reads a `boolean`.
    public init(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) {
        guard type == .bool else { throw .decoding("found \(type) where a boolean was expected") }
        self = try WireReader.only(bytes, as: UInt8.self) != 0
    }
}

extension Double: PostgresEncodable, PostgresDecodable {
    /// `double precision`.
    public static var postgresType: PostgresType { .float8 }

    /// Appends eight bytes.
    public func encode(into buffer: inout [UInt8]) {
        buffer.appendBigEndian(bitPattern)
    }

    /// Reads a floating-point number, an integer or a `numeric`, rounded to the nearest `Double`.
    public init(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) {
        switch type {
        case .float8: self.init(bitPattern: try WireReader.only(bytes, as: UInt64.self))
        case .float4: self.init(Float(bitPattern: try WireReader.only(bytes, as: UInt32.self)))
        case .int8, .int4, .int2: self.init(try Int64(postgres: bytes, type: type))
        case .numeric: self = try NumericText(bytes).double()
        default: throw .decoding("found \(type) where a number was expected")
        }
    }
}

extension String: PostgresEncodable, PostgresDecodable {
    /// `text`.
    public static var postgresType: PostgresType { .text }

    /// Appends the text in UTF-8.
    public func encode(into buffer: inout [UInt8]) {
        buffer.append(contentsOf: utf8)
    }

    /// Reads text, the label of an enumeration, JSON, a `numeric` in decimal notation, or a `uuid` with hyphens.
    public init(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) {
        switch type {
        case .jsonb: try self.init(postgres: PostgresJSON.text(of: bytes), type: .json)
        case .numeric: self = try NumericText(bytes).decimal
        case .uuid: self = try PostgresUUID(postgres: bytes, type: type).description
        case .void: self = ""
        default:
            guard type.isText else { throw .decoding("found \(type) where text was expected") }
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw .decoding("found text that is not valid UTF-8")
            }
            self = text
        }
    }
}
