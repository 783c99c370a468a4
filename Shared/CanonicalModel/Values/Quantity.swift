/// A decimal number for hours, counts and rates: `mantissa` divided by ten to the power `scale`.
///
/// Equal numbers are equal values: trailing zeros are removed on the way in.
public struct Quantity: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The digits, with the sign.
    public let mantissa: Int64
    /// How many of the digits stand after the point, 0 to 9.
    public let scale: Int

    /// Takes digits and scale, and drops trailing zeros after the point.
    ///
    /// - Precondition: `scale` is 0 to 18.
    public init(mantissa: Int64, scale: Int) {
        precondition((0...18).contains(scale), "a scale of \(scale)")
        var mantissa = mantissa
        var scale = scale
        while scale > 0, mantissa % 10 == 0 {
            mantissa /= 10
            scale -= 1
        }
        self.mantissa = mantissa
        self.scale = scale
    }

    /// Takes a whole number.
    public init(_ value: Int64) {
        mantissa = value
        scale = 0
    }

    /// Reads a decimal number such as `-1.25`; nil for anything else, for an exponent, and beyond 18 digits.
    public init?(_ text: some StringProtocol) {
        var mantissa: Int64 = 0
        var scale = 0
        var digits = 0
        var seenPoint = false
        var isNegative = false
        for (position, byte) in text.utf8.enumerated() {
            switch byte {
            case UInt8(ascii: "-") where position == 0: isNegative = true
            case UInt8(ascii: ".") where !seenPoint: seenPoint = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits += 1
                let (tenfold, overflow) = mantissa.multipliedReportingOverflow(by: 10)
                let (next, carry) = tenfold.addingReportingOverflow(Int64(byte - UInt8(ascii: "0")))
                guard !overflow, !carry else { return nil }
                mantissa = next
                if seenPoint { scale += 1 }
            default: return nil
            }
        }
        guard digits > 0, scale <= 18 else { return nil }
        self.init(mantissa: isNegative ? -mantissa : mantissa, scale: scale)
    }

    /// The number in units of ten to the power minus `digits`; nil when that is not whole or too large.
    public func scaled(to digits: Int) -> Int64? {
        guard scale <= digits else { return nil }
        var value = mantissa
        for _ in 0..<(digits - scale) {
            let (next, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            value = next
        }
        return value
    }

    /// The number with the digits it has, such as `1.5`.
    public var description: String { fixedPoint(mantissa, digits: scale) }

    /// Orders by size.
    public static func < (left: Quantity, right: Quantity) -> Bool {
        let digits = max(left.scale, right.scale)
        if let first = left.scaled(to: digits), let second = right.scaled(to: digits) { return first < second }
        // Only numbers far beyond any quantity get here: compare the whole parts.
        return left.whole < right.whole
    }

    private var whole: Int64 {
        var value = mantissa
        for _ in 0..<scale { value /= 10 }
        return value
    }
}

/// Writes `value` divided by ten to the power `digits`, with all its digits after the point.
func fixedPoint(_ value: Int64, digits: Int) -> String {
    guard digits > 0 else { return String(value) }
    let text = String(value.magnitude)
    let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
    let point = padded.index(padded.endIndex, offsetBy: -digits)
    return (value < 0 ? "-" : "") + padded[..<point] + "." + padded[point...]
}
