extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    /// The type of the value inside.
    public static var postgresType: PostgresType { Wrapped.postgresType }

    /// The array type of the value inside.
    public static var postgresArrayType: PostgresType { Wrapped.postgresArrayType }

    /// Whether there is no value.
    public var isPostgresNull: Bool {
        guard let self else { return true }
        return self.isPostgresNull
    }

    /// Appends the value inside.
    public func encode(into buffer: inout [UInt8]) {
        self?.encode(into: &buffer)
    }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    /// Reads the value inside.
    public init(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) {
        self = .some(try Wrapped(postgres: bytes, type: type))
    }

    /// Nil.
    public static func postgresNull() throws(PostgresError) -> Wrapped? {
        nil
    }
}

extension Array: PostgresEncodable where Element: PostgresEncodable {
    /// `bytea` for bytes, else the array of the element's type.
    public static var postgresType: PostgresType { Element.postgresArrayType }

    /// Appends the array; bytes as they are.
    @inlinable
    public func encode(into buffer: inout [UInt8]) {
        Element.encodeArray(self, into: &buffer)
    }
}

extension Array: PostgresDecodable where Element: PostgresDecodable {
    /// Reads a one-dimensional array, or the bytes of a `bytea`.
    public init(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) {
        self = try Element.decodeArray(bytes, type: type)
    }
}
