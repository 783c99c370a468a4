/// Names one chain of messages, from the ingress that began it to its last effect.
///
/// Born at ingress, never changed. Its fresh form (32 hexadecimal digits) is a valid W3C trace id as well.
public struct CorrelationID: Sendable, Hashable, RawRepresentable, CustomStringConvertible {
    /// The text as headers and logs carry it.
    public let rawValue: String

    /// Accepts a foreign id: 1 to 128 visible ASCII characters without a space.
    public init?(rawValue: String) {
        let bytes = rawValue.utf8
        guard (1...128).contains(bytes.count), bytes.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        self.rawValue = rawValue
    }

    /// Makes a fresh id.
    public init(using generator: inout some RandomNumberGenerator) {
        // An all-zero trace id is invalid by the W3C's rule.
        let high = UInt64.random(in: 1...UInt64.max, using: &generator)
        let low = UInt64.random(in: 0...UInt64.max, using: &generator)
        rawValue = Self.hexadecimal(high) + Self.hexadecimal(low)
    }

    /// The text itself.
    public var description: String { rawValue }

    private static func hexadecimal(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
