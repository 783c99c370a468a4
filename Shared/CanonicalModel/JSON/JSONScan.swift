/// Looks at raw bytes for `JSONReader`, `JSONWriter` and `JSONNumber`.
enum JSONScan {
    enum Number: Equatable {
        case valid(end: Int, whole: Bool)
        case fault(at: Int)
    }

    /// Finds the end of the number that starts at `start`.
    @inline(__always)
    static func number(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Number {
        var position = start
        var whole = true
        func digits(_ position: inout Int) -> Bool {
            let first = position
            while position < bytes.count, bytes[position] &- 0x30 < 10 { position += 1 }
            return position > first
        }
        if position < bytes.count, bytes[position] == UInt8(ascii: "-") { position += 1 }
        if position < bytes.count, bytes[position] == UInt8(ascii: "0") {
            position += 1
            // A digit after a leading zero.
            if position < bytes.count, bytes[position] &- 0x30 < 10 { return .fault(at: position) }
        } else if !digits(&position) {
            return .fault(at: position)
        }
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            whole = false
            guard digits(&position) else { return .fault(at: position) }
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            whole = false
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            guard digits(&position) else { return .fault(at: position) }
        }
        return .valid(end: position, whole: whole)
    }

    /// The first byte at or after `start` that is a quote, a backslash, a control character or outside ASCII; else the
    /// end.
    ///
    /// Eight bytes at a time. Each test marks the high bit of a byte that matches; a borrow can mark a byte above a real
    /// match in error, but never below one, and only the lowest mark is used.
    @inline(__always)
    static func special(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var position = start
        if let base = UnsafeRawPointer(bytes.baseAddress) {
            while position &+ 8 <= bytes.count {
                let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: position, as: UInt64.self))
                let marks = word | zeroBytes(word ^ quotes) | zeroBytes(word ^ backslashes) | belowSpace(word)
                let hit = marks & highBits
                if hit != 0 { return position &+ hit.trailingZeroBitCount &>> 3 }
                position &+= 8
            }
        }
        while position < bytes.count {
            let byte = bytes[position]
            if byte == 0x22 || byte == 0x5c || byte < 0x20 || byte >= 0x80 { return position }
            position &+= 1
        }
        return position
    }

    /// The length of the UTF-8 sequence of a character outside ASCII at `position`; nil when it is malformed.
    ///
    /// Overlong forms, surrogates and anything above U+10FFFF are malformed (RFC 3629).
    @inline(__always)
    static func characterLength(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int) -> Int? {
        let lead = bytes[position]
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xbf
        switch lead {
        case 0xc2...0xdf: length = 2
        case 0xe0: (length, second) = (3, 0xa0...0xbf)
        case 0xed: (length, second) = (3, 0x80...0x9f)
        case 0xe1...0xef: length = 3
        case 0xf0: (length, second) = (4, 0x90...0xbf)
        case 0xf1...0xf3: length = 4
        case 0xf4: (length, second) = (4, 0x80...0x8f)
        default: return nil
        }
        guard position + length <= bytes.count, second.contains(bytes[position + 1]) else { return nil }
        for index in 2..<max(length, 2) where bytes[position + index] & 0xc0 != 0x80 { return nil }
        return length
    }

    /// The value of four hexadecimal digits at `position`; nil when there are none.
    static func hex(_ bytes: UnsafeBufferPointer<UInt8>, at position: Int) -> UInt16? {
        guard position + 4 <= bytes.count else { return nil }
        var value: UInt16 = 0
        for byte in bytes[position..<position + 4] {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: return nil
            }
            value = value << 4 | UInt16(digit)
        }
        return value
    }

    private static let highBits: UInt64 = 0x8080_8080_8080_8080
    private static let quotes: UInt64 = 0x2222_2222_2222_2222
    private static let backslashes: UInt64 = 0x5c5c_5c5c_5c5c_5c5c

    @inline(__always)
    private static func zeroBytes(_ word: UInt64) -> UInt64 {
        (word &- 0x0101_0101_0101_0101) & ~word
    }

    @inline(__always)
    private static func belowSpace(_ word: UInt64) -> UInt64 {
        (word &- 0x2020_2020_2020_2020) & ~word
    }
}
