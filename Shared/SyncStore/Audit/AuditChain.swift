internal import CanonicalModel
internal import Crypto
internal import Postgres

/// The hash chain over the audit rows: pure.
///
/// A head is the SHA-256 of the head before, the position and the row's columns, but for those that can be erased: their
/// digest stands for them.
struct AuditChain {
    /// The head before the first position.
    static let genesis = [UInt8](repeating: 0, count: 32)

    /// A row as the chain sees it.
    struct Row {
        var id: CanonicalID
        var at: Instant
        var record: CanonicalID?
        var correlation: CanonicalID?
        var message: CanonicalID?
        var kind: String
        var entity: String?
        var connection: String?
        var digest: [UInt8]
    }

    private(set) var position: Int64
    private(set) var head: [UInt8]

    init(position: Int64 = 0, head: [UInt8] = Self.genesis) {
        self.position = position
        self.head = head
    }

    /// Adds a row and gives the new head.
    @discardableResult
    mutating func add(_ row: Row) -> [UInt8] {
        position += 1
        var bytes = head
        bytes.reserveCapacity(320)
        append(UInt64(bitPattern: position), to: &bytes)
        append(row.id, to: &bytes)
        append(UInt64(bitPattern: row.at.microseconds), to: &bytes)
        for id in [row.record, row.correlation, row.message] {
            bytes.append(id == nil ? 0 : 1)
            if let id { append(id, to: &bytes) }
        }
        for text in [row.kind, row.entity, row.connection] {
            // A length before each text, so that no two rows have the same bytes.
            append(text.map { UInt64($0.utf8.count) } ?? .max, to: &bytes)
            if let text { bytes.append(contentsOf: text.utf8) }
        }
        bytes.append(contentsOf: row.digest)
        head = Array(SHA256.hash(data: bytes))
        return head
    }

    private func append(_ number: UInt64, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private func append(_ id: CanonicalID, to bytes: inout [UInt8]) {
        append(id.high, to: &bytes)
        append(id.low, to: &bytes)
    }
}

extension AuditChain.Row {
    static let columns: SQL = "a.id, a.at, a.record, a.correlation, a.message, a.kind, a.entity, a.connection, a.digest"

    /// Reads the columns from a position on.
    init(_ row: PostgresRow, from first: Int = 0) throws {
        id = try row[first, as: CanonicalID.self]
        at = try row[first + 1, as: Instant.self]
        record = try row[first + 2, as: CanonicalID?.self]
        correlation = try row[first + 3, as: CanonicalID?.self]
        message = try row[first + 4, as: CanonicalID?.self]
        kind = try row[first + 5, as: String.self]
        entity = try row[first + 6, as: String?.self]
        connection = try row[first + 7, as: String?.self]
        digest = try row[first + 8, as: [UInt8].self]
    }
}
