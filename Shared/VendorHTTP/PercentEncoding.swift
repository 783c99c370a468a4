/// Percent-encoding of the parts of a URL (RFC 3986) and of form bodies.
public enum PercentEncoding {
    /// Encodes one segment of a path, or one name or value of a query: all but letters, digits and `-._~`.
    public static func component(_ text: String) -> String {
        encoded(text.utf8) { isUnreserved($0) ? $0 : nil }
    }

    /// Writes a body of the type `application/x-www-form-urlencoded`.
    public static func form(_ fields: [(name: String, value: String)]) -> [UInt8] {
        Array(fields.map { "\(formComponent($0.name))=\(formComponent($0.value))" }.joined(separator: "&").utf8)
    }

    /// Decodes `%XX`, and `+` as a space where that is meant; what is not an escape stays as it is.
    static func decoded(_ bytes: some Collection<UInt8>, plusIsSpace: Bool) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let high = rest.first.flatMap(hexValue),
                let low = rest.dropFirst().first.flatMap(hexValue)
            {
                result.append(high << 4 | low)
                rest = rest.dropFirst(2)
            } else {
                result.append(plusIsSpace && byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return result
    }

    static func formComponent(_ text: String) -> String {
        encoded(text.utf8) { byte in
            if byte == UInt8(ascii: " ") { return UInt8(ascii: "+") }
            // The form encoding keeps * and encodes ~, unlike RFC 3986.
            return byte == UInt8(ascii: "*") || (isUnreserved(byte) && byte != UInt8(ascii: "~")) ? byte : nil
        }
    }

    private static func encoded(_ bytes: some Sequence<UInt8>, _ plain: (UInt8) -> UInt8?) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in bytes {
            if let plain = plain(byte) {
                result.append(plain)
            } else {
                result += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0xf)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
