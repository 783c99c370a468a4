/// Appends JSON to a byte buffer, without Foundation and without intermediate strings.
struct JSONText {
    private(set) var bytes: [UInt8] = []
    private static let hexadecimal = Array("0123456789abcdef".utf8)

    init(reserving capacity: Int = 512) {
        bytes.reserveCapacity(capacity)
    }

    /// Appends text that is JSON already.
    mutating func raw(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// Appends bytes that are JSON already.
    mutating func raw(_ text: some Sequence<UInt8>) {
        bytes.append(contentsOf: text)
    }

    /// Appends a quoted string, cut to `limit` bytes of content.
    mutating func string(_ text: String, limit: Int = .max) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            let end = Self.cut(utf8, limit: limit)
            for byte in utf8[..<end] { append(escaping: byte) }
            if end < utf8.count { bytes.append(contentsOf: "…".utf8) }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// Appends a number that JSON can hold; null for the others.
    mutating func number(_ value: Double) {
        raw(value.isFinite ? "\(value)".utf8 : "null".utf8)
    }

    /// Where to cut so that no UTF-8 sequence is split.
    private static func cut(_ utf8: UnsafeBufferPointer<UInt8>, limit: Int) -> Int {
        guard utf8.count > limit else { return utf8.count }
        var end = limit
        while end > 0, utf8[end] & 0xC0 == 0x80 { end -= 1 }
        return end
    }

    private mutating func append(escaping byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            bytes.append(UInt8(ascii: "\\"))
            bytes.append(byte)
        case UInt8(ascii: "\n"): raw("\\n")
        case UInt8(ascii: "\r"): raw("\\r")
        case UInt8(ascii: "\t"): raw("\\t")
        case 0..<0x20, 0x7F:
            raw("\\u00")
            bytes.append(Self.hexadecimal[Int(byte >> 4)])
            bytes.append(Self.hexadecimal[Int(byte & 15)])
        default: bytes.append(byte)
        }
    }
}
