/// Reads the header `Retry-After` (RFC 9110, 10.2.3).
public enum RetryAfter {
    /// The wait that the header asks for, from `now` on; zero for a date in the past, nil for what cannot be read.
    ///
    /// Besides whole seconds and dates, a fraction of seconds is accepted, since some vendors send one.
    ///
    /// - Parameter unixSeconds: the current time in seconds since 1970.
    public static func delay(_ value: String, now unixSeconds: Int64) -> Duration? {
        let text = value.drop { $0 == " " || $0 == "\t" }
        let trimmed = String(text.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
        if trimmed.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }) {
            return seconds(trimmed)
        }
        return HTTPDate.unixSeconds(trimmed, now: unixSeconds).map { .seconds(max(0, $0 - unixSeconds)) }
    }

    private static func seconds(_ text: String) -> Duration? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        // Ten digits are three centuries; more is nonsense, and would overflow.
        guard let whole = parts.first, (1...10).contains(whole.utf8.count), let seconds = Int64(whole) else {
            return nil
        }
        switch parts.count {
        case 1: return .seconds(seconds)
        case 2:
            let digits = parts[1].prefix(3)
            guard !digits.isEmpty, let fraction = Int64(digits) else { return nil }
            let scale: [Int64] = [100, 10, 1]
            return .seconds(seconds) + .milliseconds(fraction * scale[digits.utf8.count - 1])
        default: return nil
        }
    }
}
