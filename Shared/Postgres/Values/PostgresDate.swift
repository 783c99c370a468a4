/// A calendar date, as days since 1970-01-01.
public struct PostgresDate: Hashable, Comparable, Sendable {
    /// Days since 1970-01-01 in the proleptic Gregorian calendar.
    public var days: Int32

    /// Makes a date from days since 1970-01-01.
    public init(days: Int32) {
        self.days = days
    }

    /// Orders by time.
    public static func < (left: PostgresDate, right: PostgresDate) -> Bool {
        left.days < right.days
    }
}

extension PostgresDate: PostgresEncodable, PostgresDecodable {
    // The server counts from 2000-01-01.
    private static let epoch: Int32 = 10_957

    /// `date`.
    public static var postgresType: PostgresType { .date }

    /// Appends four bytes; what the server cannot count is sent as infinity.
    public func encode(into buffer: inout [UInt8]) {
        let (value, overflow) = days.subtractingReportingOverflow(Self.epoch)
        buffer.appendBigEndian(days == .max ? Int32.max : overflow ? Int32.min : value)
    }

    /// Reads a `date`.
    public init(postgres bytes: UnsafeRawBufferPointer, type: PostgresType) throws(PostgresError) {
        guard type == .date else { throw .decoding("found \(type) where a date was expected") }
        let value = try WireReader.only(bytes, as: Int32.self)
        guard value != .max, value != .min else {
            self.init(days: value)
            return
        }
        let (days, overflow) = value.addingReportingOverflow(Self.epoch)
        guard !overflow else { throw .decoding("found a date beyond the range of days since 1970") }
        self.init(days: days)
    }
}
