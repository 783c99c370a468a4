extension JSONWriter {
    /// Writes an id as text.
    mutating func id(_ id: CanonicalID) {
        ascii(capacity: 36) { target in
            var position = 0
            for nibble in 0..<32 {
                if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                    target[position] = UInt8(ascii: "-")
                    position += 1
                }
                let half = nibble < 16 ? id.high : id.low
                let digit = UInt8(truncatingIfNeeded: half >> UInt64(60 - 4 * (nibble & 15))) & 0xf
                target[position] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit
                position += 1
            }
            return position
        }
    }

    /// Writes an instant in RFC 3339, in UTC, with none, three or six digits of fraction; false outside of the years
    /// 1 to 9999.
    mutating func instant(_ instant: Instant) -> Bool {
        guard Instant.writable.contains(instant.microseconds) else { return false }
        let day = floorDivide(instant.microseconds, 86_400_000_000)
        let rest = instant.microseconds - day * 86_400_000_000
        let (second, fraction) = rest.quotientAndRemainder(dividingBy: 1_000_000)
        let date = BusinessDate(daysSince1970: day)
        ascii(capacity: 27) { target in
            Self.write(date, to: target)
            target[10] = UInt8(ascii: "T")
            Self.digits(second / 3600, 2, to: target, at: 11)
            target[13] = UInt8(ascii: ":")
            Self.digits(second / 60 % 60, 2, to: target, at: 14)
            target[16] = UInt8(ascii: ":")
            Self.digits(second % 60, 2, to: target, at: 17)
            var end = 19
            if fraction != 0 {
                target[19] = UInt8(ascii: ".")
                let isMilliseconds = fraction % 1000 == 0
                end = isMilliseconds ? 23 : 26
                Self.digits(isMilliseconds ? fraction / 1000 : fraction, end - 20, to: target, at: 20)
            }
            target[end] = UInt8(ascii: "Z")
            return end + 1
        }
        return true
    }

    /// Writes a day as `YYYY-MM-DD`; false outside of the years 1 to 9999.
    mutating func date(_ date: BusinessDate) -> Bool {
        guard (1...9999).contains(date.year) else { return false }
        ascii(capacity: 10) { target in
            Self.write(date, to: target)
            return 10
        }
        return true
    }

    /// Writes two texts with another between them as one string.
    mutating func joined(_ first: String, _ middle: StaticString, _ last: String) {
        var first = first
        var last = last
        first.withUTF8 { first in
            last.withUTF8 { last in
                let count = first.count + middle.utf8CodeUnitCount + last.count
                withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { target in
                    guard let base = target.baseAddress else { return }
                    if let source = first.baseAddress { base.initialize(from: source, count: first.count) }
                    (base + first.count).initialize(from: middle.utf8Start, count: middle.utf8CodeUnitCount)
                    if let source = last.baseAddress {
                        (base + count - last.count).initialize(from: source, count: last.count)
                    }
                    string(utf8: UnsafeBufferPointer(start: base, count: count))
                }
            }
        }
    }

    private mutating func ascii(capacity: Int, _ body: (UnsafeMutablePointer<UInt8>) -> Int) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: capacity) { target in
            guard let base = target.baseAddress else { return }
            let count = body(base)
            string(utf8: UnsafeBufferPointer(start: base, count: count))
        }
    }

    private static func write(_ date: BusinessDate, to target: UnsafeMutablePointer<UInt8>) {
        digits(Int64(date.year), 4, to: target, at: 0)
        target[4] = UInt8(ascii: "-")
        digits(Int64(date.month), 2, to: target, at: 5)
        target[7] = UInt8(ascii: "-")
        digits(Int64(date.day), 2, to: target, at: 8)
    }

    private static func digits(
        _ value: Int64, _ count: Int, to target: UnsafeMutablePointer<UInt8>, at position: Int
    ) {
        var value = value
        var index = position + count
        while index > position {
            index -= 1
            let (quotient, remainder) = value.quotientAndRemainder(dividingBy: 10)
            target[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: remainder)
            value = quotient
        }
    }
}
