/// A point in sandbox time, in milliseconds since 1970-01-01T00:00:00Z.
public struct SandboxInstant: Sendable, Hashable, Comparable {
    /// Milliseconds since 1970 in UTC.
    public var milliseconds: Int64

    /// The instant that many milliseconds after 1970 began.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Reads a date, or a date and time with an optional fraction and zone; without a zone it is UTC.
    public init?(iso8601 text: String) {
        var reader = InstantReader(text: Array(text.utf8))
        guard let milliseconds = reader.milliseconds() else { return nil }
        self.milliseconds = milliseconds
    }

    /// Whether the left instant is earlier.
    public static func < (left: SandboxInstant, right: SandboxInstant) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// The milliseconds between two instants.
    public static func - (left: SandboxInstant, right: SandboxInstant) -> Int64 {
        left.milliseconds - right.milliseconds
    }

    /// The instant that many milliseconds later (earlier when negative).
    public func adding(milliseconds: Int64) -> SandboxInstant {
        SandboxInstant(milliseconds: self.milliseconds + milliseconds)
    }

    /// The instant with milliseconds, such as `2026-11-21T08:22:21.123Z`.
    public var iso8601: String { text(withMilliseconds: true) }

    /// The instant in whole seconds, such as `2026-11-21T08:22:21Z`.
    public var iso8601Seconds: String { text(withMilliseconds: false) }

    /// The UTC date, such as `2026-11-21`.
    public var dateOnly: String { String(iso8601Seconds.prefix(10)) }

    private func text(withMilliseconds: Bool) -> String {
        let seconds = milliseconds.flooredDivision(by: 1000)
        let fraction = milliseconds - seconds * 1000
        let day = seconds.flooredDivision(by: 86_400)
        let second = seconds - day * 86_400
        let date = CivilDate(daysSince1970: day)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(24)
        bytes.append(date.year, digits: 4)
        bytes.append(UInt8(ascii: "-"))
        bytes.append(date.month, digits: 2)
        bytes.append(UInt8(ascii: "-"))
        bytes.append(date.day, digits: 2)
        bytes.append(UInt8(ascii: "T"))
        bytes.append(second / 3600, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(second / 60 % 60, digits: 2)
        bytes.append(UInt8(ascii: ":"))
        bytes.append(second % 60, digits: 2)
        if withMilliseconds {
            bytes.append(UInt8(ascii: "."))
            bytes.append(fraction, digits: 3)
        }
        bytes.append(UInt8(ascii: "Z"))
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A date of the proleptic Gregorian calendar (the era arithmetic is Howard Hinnant's `days_from_civil`).
private struct CivilDate {
    var year: Int64
    var month: Int64
    var day: Int64

    init(daysSince1970: Int64) {
        let shifted = daysSince1970 + 719_468
        let era = shifted.flooredDivision(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    static func days(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear.flooredDivision(by: 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}

private struct InstantReader {
    let text: [UInt8]
    var offset = 0

    init(text: [UInt8]) {
        self.text = text
    }

    mutating func milliseconds() -> Int64? {
        guard let year = number(4), skip("-"), let month = number(2), skip("-"), let day = number(2),
            (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        let days = CivilDate.days(year: year, month: month, day: day)
        guard CivilDate(daysSince1970: days).day == day else { return nil }
        if offset == text.count { return days * 86_400_000 }
        guard skip("T") || skip(" "), let hour = number(2), skip(":"), let minute = number(2), hour < 24, minute < 60
        else { return nil }
        var second: Int64 = 0
        if skip(":") {
            guard let value = number(2), value < 61 else { return nil }
            second = value
        }
        var fraction: Int64 = 0
        if skip(".") {
            var scale: Int64 = 100
            let start = offset
            while let digit = number(1) {
                fraction += digit * scale
                scale /= 10
            }
            guard offset > start else { return nil }
        }
        guard let zone = zoneMinutes(), offset == text.count else { return nil }
        let minutes = days * 1440 + hour * 60 + minute - zone
        return (minutes * 60 + second) * 1000 + fraction
    }

    private mutating func zoneMinutes() -> Int64? {
        if offset == text.count || skip("Z") { return 0 }
        let sign: Int64 = skip("-") ? -1 : 1
        guard sign < 0 || skip("+"), let hours = number(2) else { return nil }
        _ = skip(":")
        let minutes = number(2) ?? 0
        return sign * (hours * 60 + minutes)
    }

    private mutating func number(_ digits: Int) -> Int64? {
        guard offset + digits <= text.count else { return nil }
        var value: Int64 = 0
        for index in offset..<offset + digits {
            guard text[index] >= 0x30, text[index] <= 0x39 else { return nil }
            value = value * 10 + Int64(text[index] - 0x30)
        }
        offset += digits
        return value
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard offset < text.count, text[offset] == UInt8(ascii: character) else { return false }
        offset += 1
        return true
    }
}

extension Int64 {
    fileprivate func flooredDivision(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }
}

extension [UInt8] {
    fileprivate mutating func append(_ number: Int64, digits: Int) {
        var divisor: Int64 = 1
        for _ in 1..<digits { divisor *= 10 }
        var rest = number
        while divisor > 0 {
            append(0x30 + UInt8(truncatingIfNeeded: rest / divisor % 10))
            rest %= divisor * 10
            divisor /= 10
        }
    }
}
