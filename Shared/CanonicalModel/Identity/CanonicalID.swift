/// Names one record, message or other row of Plumbline: 16 bytes.
///
/// Ids of messages and other rows are ordered by time of making (UUID version 7), which keeps new rows together in an index
/// and is worth a quarter of the router's database time. Those of records follow from what they come of (decision 0023).
public struct CanonicalID: Hashable, Sendable {
    /// The first eight bytes: 48 bits of Unix milliseconds, version, 12 random bits.
    public let high: UInt64
    /// The last eight bytes: variant and 62 random bits.
    public let low: UInt64

    /// Takes the two halves as they are.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Makes a version 7 id.
    ///
    /// - Parameters:
    ///   - time: the moment of making, rounded down to a millisecond.
    ///   - random: at least 74 random bits.
    public init(time: Instant, random: (UInt64, UInt64)) {
        let milliseconds = UInt64(bitPattern: time.microseconds / 1000) & 0xFFFF_FFFF_FFFF
        high = milliseconds << 16 | 0x7000 | (random.0 & 0x0FFF)
        low = 0x8000_0000_0000_0000 | (random.1 & 0x3FFF_FFFF_FFFF_FFFF)
    }

    /// Reads the usual text form of 36 characters, in either case; nil for anything else.
    public init?(_ text: String) {
        var text = text
        guard let id = text.withUTF8({ CanonicalID(utf8: $0.span) }) else { return nil }
        self = id
    }

    /// Reads the usual text form of 36 characters, in either case; nil for anything else.
    public init?(_ text: some StringProtocol) {
        self.init(String(text))
    }

    /// Reads the text form of 36 bytes; nil for anything else.
    init?(utf8 text: borrowing Span<UInt8>) {
        guard text.count == 36 else { return nil }
        var halves: (UInt64, UInt64) = (0, 0)
        var digits = 0
        for position in 0..<36 {
            let byte = text[position]
            if position == 8 || position == 13 || position == 18 || position == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: return nil
            }
            if digits < 16 {
                halves.0 = halves.0 << 4 | UInt64(digit)
            } else {
                halves.1 = halves.1 << 4 | UInt64(digit)
            }
            digits += 1
        }
        self.init(high: halves.0, low: halves.1)
    }

    /// Reads 16 bytes in network order; nil for another count.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        var halves: (UInt64, UInt64) = (0, 0)
        for (position, byte) in bytes.enumerated() {
            if position < 8 { halves.0 = halves.0 << 8 | UInt64(byte) } else { halves.1 = halves.1 << 8 | UInt64(byte) }
        }
        self.init(high: halves.0, low: halves.1)
    }

    /// The 16 bytes in network order.
    public var bytes: [UInt8] {
        [high, low].flatMap { half in stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: half >> $0) }
        }
    }

    /// The 36 bytes of the text form, lower case.
    public var text: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 36) { buffer, count in
            var position = 0
            for nibble in 0..<32 {
                if nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20 {
                    buffer[position] = UInt8(ascii: "-")
                    position += 1
                }
                let half = nibble < 16 ? high : low
                let digit = UInt8(truncatingIfNeeded: half >> UInt64(60 - 4 * (nibble % 16))) & 0xF
                buffer[position] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
                position += 1
            }
            count = position
        }
    }
}

extension CanonicalID: Comparable, CustomStringConvertible {
    /// Orders by the bytes, and so by time of making where an id tells one; the order in which rows are locked.
    public static func < (left: CanonicalID, right: CanonicalID) -> Bool {
        left.high == right.high ? left.low < right.low : left.high < right.high
    }

    /// The text form, lower case.
    public var description: String { String(decoding: text, as: UTF8.self) }
}
