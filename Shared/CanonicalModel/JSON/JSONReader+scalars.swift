extension JSONReader {
    /// Reads a string.
    public mutating func string() throws(JSONError) -> String {
        let text = try stringToken()
        if text.escaped { return String(unescaped(text).span) }
        return String(decoding: UnsafeBufferPointer(rebasing: bytes[text.start..<text.end]), as: UTF8.self)
    }

    /// Reads a string without making one: lends its decoded bytes, valid UTF-8, to `body`.
    ///
    /// For identifiers, dates and closed vocabularies, which are compared or parsed and not kept.
    public mutating func withText<Result>(
        _ body: (Span<UInt8>) throws(JSONError) -> Result
    ) throws(JSONError) -> Result {
        let text = try stringToken()
        if text.escaped { return try body(unescaped(text).span) }
        return try body(UnsafeBufferPointer(rebasing: bytes[text.start..<text.end]).span)
    }

    /// Reads a whole number of 64 bits, written without a fraction or an exponent.
    public mutating func int64() throws(JSONError) -> Int64 {
        let (start, whole) = try numberToken()
        guard whole else { throw fail(.invalidValue, at: start, "expected a whole number") }
        // Accumulates below zero, where there is room for the smallest number, too.
        let negative = bytes[start] == UInt8(ascii: "-")
        var value: Int64 = 0
        for index in (negative ? start + 1 : start)..<position {
            let (scaled, first) = value.multipliedReportingOverflow(by: 10)
            let (next, second) = scaled.subtractingReportingOverflow(Int64(bytes[index] &- 0x30))
            guard !first, !second else { throw fail(.invalidValue, at: start, "a whole number beyond 64 bits") }
            value = next
        }
        if negative { return value }
        guard value != .min else { throw fail(.invalidValue, at: start, "a whole number beyond 64 bits") }
        return -value
    }

    /// Reads a number as it is written.
    public mutating func number() throws(JSONError) -> JSONNumber {
        let (start, _) = try numberToken()
        return JSONNumber(
            scanned: String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self))
    }

    /// Reads true or false.
    public mutating func bool() throws(JSONError) -> Bool {
        valueStart = position
        guard position < bytes.count, JSONKind(firstByte: bytes[position]) == .bool else {
            throw wrongKind(expected: .bool)
        }
        if bytes[position] == UInt8(ascii: "t") {
            try word("true")
            return true
        }
        try word("false")
        return false
    }

    /// Reads a null if one comes next, and tells whether it did.
    public mutating func readNull() throws(JSONError) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: "n") else { return false }
        valueStart = position
        try word("null")
        return true
    }

    /// Reads any value and drops it.
    public mutating func skip() throws(JSONError) {
        switch try kind() {
        case .object: try forEachKey { _, _ in }
        case .array: try forEachElement { _ in }
        case .string: _ = try stringToken()
        case .number: _ = try numberToken()
        case .bool: _ = try bool()
        case .null: _ = try readNull()
        }
    }

    /// Reads any value and gives its bytes as they stand in the document.
    public mutating func rawValue() throws(JSONError) -> [UInt8] {
        let start = position
        try skip()
        valueStart = start
        return Array(bytes[start..<position])
    }

    /// Reads any value into a tree.
    public mutating func value() throws(JSONError) -> JSONValue {
        switch try kind() {
        case .object:
            var object = JSONObject()
            try forEachKey { reader, key throws(JSONError) in
                // The reader has refused a key that occurs twice.
                object.append(unique: String(key), try reader.value())
            }
            return .object(object)
        case .array:
            var array: [JSONValue] = []
            try forEachElement { reader throws(JSONError) in array.append(try reader.value()) }
            return .array(array)
        case .string: return .string(try string())
        case .number: return .number(try number())
        case .bool: return .bool(try bool())
        case .null:
            _ = try readNull()
            return .null
        }
    }

    /// The bounds of a string's text between its quotes.
    struct Text {
        let start: Int
        let end: Int
        let escaped: Bool
    }

    private mutating func stringToken() throws(JSONError) -> Text {
        valueStart = position
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { throw wrongKind(expected: .string) }
        return try scanString()
    }

    /// Takes the string whose opening quote is at the position, and validates it.
    @inline(__always)
    mutating func scanString() throws(JSONError) -> Text {
        let start = position &+ 1
        var escaped = false
        var current = start
        while true {
            current = JSONScan.special(bytes, from: current)
            guard current < bytes.count else { throw unexpectedEnd() }
            let byte = bytes[current]
            if byte == UInt8(ascii: "\"") {
                position = current &+ 1
                return Text(start: start, end: current, escaped: escaped)
            }
            if byte == UInt8(ascii: "\\") { escaped = true }
            current = try scanSpecial(byte, at: current)
        }
    }

    /// Validates an escape or a character outside ASCII, and gives the position behind it.
    private mutating func scanSpecial(_ byte: UInt8, at offset: Int) throws(JSONError) -> Int {
        if byte >= 0x80 {
            guard let length = JSONScan.characterLength(bytes, at: offset) else {
                throw fail(.invalidText, at: offset, "text that is not UTF-8")
            }
            return offset + length
        }
        guard byte == UInt8(ascii: "\\") else {
            throw fail(.unexpectedByte, at: offset, "a control character in a string, not escaped")
        }
        guard offset + 1 < bytes.count else { throw unexpectedEnd() }
        switch bytes[offset + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            return offset + 2
        case UInt8(ascii: "u"):
            return try scanUnicodeEscape(at: offset)
        default:
            throw fail(.unexpectedByte, at: offset + 1, "an unknown escape in a string")
        }
    }

    private mutating func scanUnicodeEscape(at offset: Int) throws(JSONError) -> Int {
        guard let unit = JSONScan.hex(bytes, at: offset + 2) else {
            throw fail(.unexpectedByte, at: offset + 2, "expected four hexadecimal digits after \\u")
        }
        guard unit & 0xf800 == 0xd800 else { return offset + 6 }
        let isHigh = unit & 0xfc00 == 0xd800
        let next = offset + 6
        guard isHigh, next + 2 <= bytes.count, bytes[next] == UInt8(ascii: "\\"), bytes[next + 1] == UInt8(ascii: "u"),
            let low = JSONScan.hex(bytes, at: next + 2), low & 0xfc00 == 0xdc00
        else { throw fail(.invalidText, at: offset, "half of a surrogate pair") }
        return next + 6
    }

    /// Resolves the escapes of a text that `scanString` has accepted.
    func unescaped(_ text: Text) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.end - text.start)
        var index = text.start
        while index < text.end {
            guard bytes[index] == UInt8(ascii: "\\") else {
                result.append(bytes[index])
                index += 1
                continue
            }
            let letter = bytes[index + 1]
            index += 2
            switch letter {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0c)
            case UInt8(ascii: "n"): result.append(0x0a)
            case UInt8(ascii: "r"): result.append(0x0d)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                var scalar = UInt32(JSONScan.hex(bytes, at: index) ?? 0)
                index += 4
                if scalar & 0xfc00 == 0xd800 {
                    let low = UInt32(JSONScan.hex(bytes, at: index + 2) ?? 0)
                    scalar = 0x10000 + (scalar & 0x3ff) << 10 + low & 0x3ff
                    index += 6
                }
                if let scalar = UnicodeScalar(scalar) { result.append(contentsOf: UTF8.encode(scalar) ?? .init()) }
            default: result.append(letter)
            }
        }
        return result
    }

    private mutating func numberToken() throws(JSONError) -> (start: Int, whole: Bool) {
        valueStart = position
        guard position < bytes.count, JSONKind(firstByte: bytes[position]) == .number else {
            throw wrongKind(expected: .number)
        }
        switch JSONScan.number(bytes, from: position) {
        case .valid(let end, let whole):
            position = end
            return (valueStart, whole)
        case .fault(let offset):
            guard offset < bytes.count else { throw unexpectedEnd() }
            throw fail(.invalidNumber, at: offset, "a number that JSON does not allow")
        }
    }

    private mutating func word(_ word: StaticString) throws(JSONError) {
        for index in 0..<word.utf8CodeUnitCount {
            guard position + index < bytes.count else { throw unexpectedEnd() }
            guard bytes[position + index] == word.utf8Start[index] else {
                throw fail(.unexpectedByte, at: position + index, "expected the word \(word)")
            }
        }
        position += word.utf8CodeUnitCount
    }
}
