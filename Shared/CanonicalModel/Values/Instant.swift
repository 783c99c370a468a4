/// A moment in UTC, to the microsecond.
///
/// A business date and a local appointment are other types: a due date has no hour, and "nine o'clock at the site" moves
/// with the site's zone.
public struct Instant: Hashable, Comparable, Sendable {
    /// Microseconds since 1970-01-01T00:00:00Z.
    public let microseconds: Int64

    /// Takes microseconds since 1970.
    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// Takes milliseconds since 1970, as many vendors send them; the nearest moment of the years 1 to 9999.
    public init(milliseconds: Int64) {
        microseconds = Self.calendar(milliseconds, of: 1000)
    }

    /// Takes whole seconds since 1970; the nearest moment of the years 1 to 9999.
    public init(seconds: Int64) {
        microseconds = Self.calendar(seconds, of: 1_000_000)
    }

    /// The first moment of the year 1 and the last one of the year 9999: what has a written form.
    static let writable: ClosedRange<Int64> = -62_135_596_800_000_000...253_402_300_799_999_999

    /// A count of units as microseconds within the calendar.
    ///
    /// The numbers are those of strangers, of senders who have not shown yet who they are among them: none may overflow.
    private static func calendar(_ count: Int64, of unit: Int64) -> Int64 {
        min(max(count, writable.lowerBound / unit), writable.upperBound / unit) * unit
    }

    /// Milliseconds since 1970, rounded down.
    public var milliseconds: Int64 { (microseconds - (microseconds % 1000 + 1000) % 1000) / 1000 }

    /// The calendar day in UTC.
    public var utcDate: BusinessDate { BusinessDate(daysSince1970: floorDivide(microseconds, 86_400_000_000)) }

    /// The later moment after `seconds`.
    public func advanced(bySeconds seconds: Int64) -> Instant {
        Instant(microseconds: microseconds + seconds * 1_000_000)
    }

    /// The later moment after a time, whose parts of a microsecond are left out.
    public func advanced(by duration: Duration) -> Instant {
        let (seconds, attoseconds) = duration.components
        return Instant(microseconds: microseconds + seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    }

    /// Seconds from `other` to this moment; negative when it is earlier.
    public func seconds(since other: Instant) -> Int64 {
        (microseconds - other.microseconds) / 1_000_000
    }

    /// Orders by time.
    public static func < (left: Instant, right: Instant) -> Bool { left.microseconds < right.microseconds }
}

extension Instant: CustomStringConvertible {
    /// RFC 3339 in UTC, with as many digits of the second's fraction as are needed (none, three or six).
    public var description: String {
        let days = floorDivide(microseconds, 86_400_000_000)
        let rest = microseconds - days * 86_400_000_000
        let seconds = rest / 1_000_000
        let fraction = rest % 1_000_000
        return DigitWriter.text(capacity: 40) { text in
            text.write(BusinessDate(daysSince1970: days))
            text.write(UInt8(ascii: "T"))
            text.write(seconds / 3600, digits: 2)
            text.write(UInt8(ascii: ":"))
            text.write(seconds / 60 % 60, digits: 2)
            text.write(UInt8(ascii: ":"))
            text.write(seconds % 60, digits: 2)
            if fraction != 0 {
                text.write(UInt8(ascii: "."))
                if fraction % 1000 == 0 {
                    text.write(fraction / 1000, digits: 3)
                } else {
                    text.write(fraction, digits: 6)
                }
            }
            text.write(UInt8(ascii: "Z"))
        }
    }

    /// Reads RFC 3339 with any offset and up to nine digits of fraction (cut to six); nil for anything else and for a
    /// moment that lies beyond the years 1 to 9999 in UTC.
    ///
    /// A blank between date and time, an offset without a colon and a missing offset's `Z` as ` UTC` are taken too, since
    /// vendors send them. A leap second is read as the second before it.
    public init?(_ text: some StringProtocol) {
        var reader = DigitReader(text.utf8)
        guard let date = reader.date(), reader.take(anyOf: [UInt8(ascii: "T"), UInt8(ascii: "t"), UInt8(ascii: " ")]),
            let hour = reader.digits(2), hour < 24, reader.take(UInt8(ascii: ":")),
            let minute = reader.digits(2), minute < 60
        else { return nil }
        var second: Int64 = 0
        var fraction: Int64 = 0
        if reader.take(UInt8(ascii: ":")) {
            guard let value = reader.digits(2), value <= 60 else { return nil }
            second = min(value, 59)
            if reader.take(UInt8(ascii: ".")) {
                guard let value = reader.fraction(digits: 6) else { return nil }
                fraction = value
            }
        }
        guard let offset = reader.offset(), reader.isAtEnd else { return nil }
        let seconds = date.daysSince1970 * 86_400 + hour * 3600 + minute * 60 + second - offset
        microseconds = seconds * 1_000_000 + fraction
        // An offset can lead out of the calendar on either side.
        guard Self.writable.contains(microseconds) else { return nil }
    }
}

func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
    value >= 0 ? value / divisor : (value - divisor + 1) / divisor
}
