/// The escapes inside JSON strings, for text that may be malformed.
enum JSONText {
    /// Resolves the escapes of a string's content; what is no escape stays as it is.
    static func unescaped(_ content: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(content.count)
        var rest = content
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let letter = rest.popFirst() else {
                result.append(byte)
                continue
            }
            switch letter {
            case UInt8(ascii: "n"): result.append(0x0a)
            case UInt8(ascii: "r"): result.append(0x0d)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0c)
            case UInt8(ascii: "u"): result += character(&rest)
            default: result.append(letter)
            }
        }
        return result
    }

    /// Writes the content of a string.
    static func escaped(_ text: [UInt8]) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        var result: [UInt8] = []
        result.reserveCapacity(text.count + 16)
        for byte in text {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): result += [UInt8(ascii: "\\"), byte]
            case 0x0a: result += Array("\\n".utf8)
            case 0..<0x20: result += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 0xf)]]
            default: result.append(byte)
            }
        }
        return result
    }

    /// The character of a `\u` escape, whose `\u` was taken already, with the second half of a pair.
    private static func character(_ rest: inout ArraySlice<UInt8>) -> [UInt8] {
        guard let first = unit(rest) else { return Array("\\u".utf8) }
        rest = rest.dropFirst(4)
        var value = UInt32(first)
        if first & 0xfc00 == 0xd800, rest.starts(with: "\\u".utf8), let second = unit(rest.dropFirst(2)),
            second & 0xfc00 == 0xdc00
        {
            value = 0x10000 + (value & 0x3ff) << 10 + UInt32(second) & 0x3ff
            rest = rest.dropFirst(6)
        }
        guard let scalar = UnicodeScalar(value) else { return Array("\u{fffd}".utf8) }
        return Array(String(Character(scalar)).utf8)
    }

    private static func unit(_ rest: ArraySlice<UInt8>) -> UInt16? {
        let digits = String(decoding: rest.prefix(4), as: UTF8.self)
        return digits.utf8.count == 4 && digits.allSatisfy(\.isHexDigit) ? UInt16(digits, radix: 16) : nil
    }
}
