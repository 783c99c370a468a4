/// A JSON number kept as it is written, so that decimals lose nothing.
///
/// Two numbers are equal when their texts are: `1.0` and `1` differ.
public struct JSONNumber: Sendable, Hashable, CustomStringConvertible {
    /// The number as written; valid under RFC 8259.
    public let text: String

    /// Writes a whole number.
    public init(_ value: some FixedWidthInteger) {
        text = String(value)
    }

    /// Takes the text of a number; nil when it is not one in JSON (`01`, `1.`, `+1`, `NaN`, white space).
    public init?(_ text: some StringProtocol) {
        let text = String(text)
        let valid = text.utf8.withContiguousStorageIfAvailable { bytes in
            JSONScan.number(bytes, from: 0) == .valid(end: bytes.count, whole: true)
                || JSONScan.number(bytes, from: 0) == .valid(end: bytes.count, whole: false)
        }
        guard valid == true else { return nil }
        self.text = text
    }

    /// Trusts the caller, who has scanned the text.
    init(scanned text: String) {
        self.text = text
    }

    /// The text.
    public var description: String { text }

    /// The value, when it is a whole number of 64 bits, however it is written: `12`, `12.00` and `1.2e1` are all 12.
    public var int64: Int64? {
        if let plain = Int64(text) { return plain }
        // Digits with the point taken out, and the power of ten that puts it back.
        let parts = text.split(whereSeparator: { $0 == "e" || $0 == "E" })
        guard let mantissa = parts.first, let written = parts.count == 2 ? Int(parts[1]) : 0 else { return nil }
        let sides = mantissa.split(separator: ".")
        guard let whole = sides.first else { return nil }
        let fraction = sides.count == 2 ? sides[1] : ""
        var digits = whole + fraction
        while digits.last == "0" { digits.removeLast() }
        if digits.isEmpty || digits == "-" { return 0 }
        let removedZeros = whole.utf8.count + fraction.utf8.count - digits.utf8.count
        let (sum, overflow) = written.addingReportingOverflow(removedZeros - fraction.utf8.count)
        // 10^18 is the largest power of ten of 64 bits.
        guard !overflow, (0...18).contains(sum) else { return nil }
        return Int64(digits + String(repeating: "0", count: sum))
    }
}
