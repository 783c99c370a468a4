/// Reads the fixed digit groups of dates and times.
struct DigitReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
    }

    var isAtEnd: Bool { position == bytes.count }

    mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    mutating func take(anyOf candidates: [UInt8]) -> Bool {
        guard position < bytes.count, candidates.contains(bytes[position]) else { return false }
        position += 1
        return true
    }

    mutating func digits(_ count: Int) -> Int64? {
        guard position + count <= bytes.count else { return nil }
        var value: Int64 = 0
        for byte in bytes[position..<position + count] {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        position += count
        return value
    }

    /// One to nine digits after the point, as a whole number of `digits` digits.
    mutating func fraction(digits wanted: Int) -> Int64? {
        var value: Int64 = 0
        var count = 0
        while position < bytes.count, case let byte = bytes[position], byte >= UInt8(ascii: "0"),
            byte <= UInt8(ascii: "9")
        {
            if count < wanted { value = value * 10 + Int64(byte - UInt8(ascii: "0")) }
            count += 1
            position += 1
        }
        guard count > 0, count <= 9 else { return nil }
        for _ in 0..<max(0, wanted - count) { value *= 10 }
        return value
    }

    mutating func date() -> BusinessDate? {
        guard let year = digits(4), take(UInt8(ascii: "-")), let month = digits(2), take(UInt8(ascii: "-")),
            let day = digits(2)
        else { return nil }
        return BusinessDate(year: Int(year), month: Int(month), day: Int(day))
    }

    /// The offset east of UTC in seconds: `Z`, ` UTC`, `+hh:mm` or `+hhmm`.
    mutating func offset() -> Int64? {
        if take(anyOf: [UInt8(ascii: "Z"), UInt8(ascii: "z")]) { return 0 }
        if bytes[position...].elementsEqual(" UTC".utf8) {
            position = bytes.count
            return 0
        }
        let isWest = position < bytes.count && bytes[position] == UInt8(ascii: "-")
        guard take(anyOf: [UInt8(ascii: "+"), UInt8(ascii: "-")]), let hours = digits(2), hours < 24 else { return nil }
        _ = take(UInt8(ascii: ":"))
        guard let minutes = digits(2), minutes < 60 else { return nil }
        return (isWest ? -1 : 1) * (hours * 3600 + minutes * 60)
    }
}
