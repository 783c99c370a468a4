/// An instant, as microseconds since the start of 1970 in UTC.
public struct PostgresTimestamp: Hashable, Comparable, Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z, without leap seconds.
    public var microseconds: Int64

    /// Makes an instant from microseconds since 1970.
    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// The server's `infinity`, later than every instant.
    public static let distantFuture = PostgresTimestamp(microseconds: .max)

    /// The server's `-infinity`, earlier than every instant.
    public static let distantPast = PostgresTimestamp(microseconds: .min)

    /// Orders by time.
    public static func < (left: PostgresTimestamp, right: PostgresTimestamp) -> Bool {
        left.microseconds < right.microseconds
    }
}

extension PostgresTimestamp: PostgresEncodable, PostgresDecodable {
    // The server counts from 2000-01-01.
    private static let epoch: Int64 = 946_684_800_000_000

    /// `timestamptz`.
    public static var postgresType: PostgresType { .timestamptz }

    /// Appends eight bytes; what the server cannot count is sent as infinity.
    public func encode(into buffer: inout [UInt8]) {
        let (value, overflow) = microseconds.subtractingReportingOverflow(Self.epoch)
        buffer.appendBigEndian(self == .distantFuture ? Int64.max : overflow ? Int64.min : value)
    }

    /// Reads a `timestamptz`, or a `timestamp` as UTC.
    public init(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) {
        guard type == .timestamptz || type == .timestamp else {
            throw .decoding("found \(type) where an instant was expected")
        }
        let value = try WireReader.only(bytes, as: Int64.self)
        guard value != .max, value != .min else {
            self.init(microseconds: value)
            return
        }
        let (microseconds, overflow) = value.addingReportingOverflow(Self.epoch)
        guard !overflow else { throw .decoding("found an instant beyond the range of microseconds since 1970") }
        self.init(microseconds: microseconds)
    }
}
