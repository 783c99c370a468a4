/// A column that a binary COPY writes: the server takes nothing but its exact format.
struct CopyColumn {
    let name: String
    let type: PostgresType

    /// Appends a value behind its length, in the column's format.
    ///
    /// Integers are narrowed or widened if they fit; text goes into every kind of text and into JSON.
    func append(_ value: any PostgresEncodable, to buffer: inout [UInt8]) throws(PostgresError) {
        let given = Swift.type(of: value).postgresType
        guard !value.isPostgresNull, given != type, !isInterchangeable(given) else {
            return value.encodeWithLength(into: &buffer)
        }
        var bytes: [UInt8] = []
        value.encode(into: &bytes)
        switch (given, type) {
        case (.int8, .int4), (.int8, .int2), (.int4, .int2), (.int4, .int8), (.int2, .int4), (.int2, .int8):
            // The sign of a two's complement is that of its first byte.
            let start: Int64 = bytes.first.map { $0 & 0x80 == 0 ? 0 : -1 } ?? 0
            try appendInteger(bytes.reduce(start) { $0 << 8 | Int64($1) }, to: &buffer)
        case (.text, .jsonb):
            PostgresJSON(bytes).encodeWithLength(into: &buffer)
        case (.jsonb, .json), (.jsonb, .text), (.jsonb, .varchar):
            Array(bytes.dropFirst()).encodeWithLength(into: &buffer)
        default:
            throw PostgresError(
                code: .encoding, message: "column \(name) is \(type), and COPY cannot write \(given) into it")
        }
    }

    private func isInterchangeable(_ given: PostgresType) -> Bool {
        (given.isText && type.isText) || (given == .timestamptz && type == .timestamp)
    }

    private func appendInteger(_ wide: Int64, to buffer: inout [UInt8]) throws(PostgresError) {
        switch type {
        case .int2:
            guard let value = Int16(exactly: wide) else { throw tooLarge() }
            value.encodeWithLength(into: &buffer)
        case .int4:
            guard let value = Int32(exactly: wide) else { throw tooLarge() }
            value.encodeWithLength(into: &buffer)
        default: wide.encodeWithLength(into: &buffer)
        }
    }

    private func tooLarge() -> PostgresError {
        PostgresError(code: .encoding, message: "column \(name) is \(type), and a value is too large for it")
    }
}
