/// The escapes that JSON requires in strings: quote, backslash and control characters.
enum JSONEscape {
    /// The first byte at or after `start` that must be escaped; else the end.
    static func first(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var position = start
        while true {
            position = JSONScan.special(bytes, from: position)
            guard position < bytes.count, bytes[position] >= 0x80 else { return position }
            repeat { position += 1 } while position < bytes.count && bytes[position] >= 0x80
        }
    }

    /// The escape of one byte; at most six bytes.
    static func sequence(_ byte: UInt8) -> [UInt8] {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): return [UInt8(ascii: "\\"), byte]
        case 0x08: return Array("\\b".utf8)
        case 0x09: return Array("\\t".utf8)
        case 0x0a: return Array("\\n".utf8)
        case 0x0c: return Array("\\f".utf8)
        case 0x0d: return Array("\\r".utf8)
        default:
            let digits = Array("0123456789abcdef".utf8)
            return Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 0xf)]]
        }
    }
}
