/// The encoded parameters of a statement, in one buffer.
struct SQLParameters: Sendable {
    private struct Entry {
        var offset: Int
        /// −1 for NULL.
        var length: Int32
    }

    private(set) var types: [UInt32] = []
    private var entries: [Entry] = []
    private var bytes: [UInt8] = []

    var count: Int {
        entries.count
    }

    mutating func append<Value: PostgresEncodable>(_ value: Value) {
        types.append(Value.postgresType.rawValue)
        let offset = bytes.count
        guard !value.isPostgresNull else {
            entries.append(Entry(offset: offset, length: -1))
            return
        }
        value.encode(into: &bytes)
        entries.append(Entry(offset: offset, length: Int32(clamping: bytes.count - offset)))
    }

    mutating func append(_ other: SQLParameters) {
        let shift = bytes.count
        types += other.types
        entries += other.entries.map { Entry(offset: $0.offset + shift, length: $0.length) }
        bytes += other.bytes
    }

    /// Lends the arrays that libpq's PQsendQuery… functions ask for: values, their lengths, and 1 (binary) for each.
    func withArrays<Result>(
        _ body: ([UnsafePointer<CChar>?], [Int32], [Int32]) -> Result
    ) -> Result {
        // libpq takes a null pointer for NULL, so that even an empty value needs an address.
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1) { placeholder in
            placeholder.initialize(repeating: 0)
            return bytes.withUnsafeBytes { buffer in
                let base = buffer.bindMemory(to: CChar.self).baseAddress
                let values = entries.map { entry -> UnsafePointer<CChar>? in
                    guard entry.length >= 0 else { return nil }
                    return base.map { $0 + entry.offset } ?? placeholder.baseAddress.map { UnsafePointer($0) }
                }
                return body(values, entries.map { max($0.length, 0) }, Array(repeating: 1, count: entries.count))
            }
        }
    }
}
