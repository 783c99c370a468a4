import Foundation

/// Why a body is not JSON, and at which byte.
public struct JSONSyntaxError: Error, Sendable, CustomStringConvertible {
    /// What was wrong there.
    public let reason: String
    /// The offset of the offending byte.
    public let offset: Int

    /// One sentence for a person.
    public var description: String { "not JSON at byte \(offset): \(reason)" }
}

extension JSON {
    /// Reads one JSON text; refuses trailing bytes, broken UTF-8 and nesting deeper than 64.
    public init(parsing bytes: [UInt8]) throws(JSONSyntaxError) {
        var parser = JSONParser(bytes: bytes)
        self = try parser.document()
    }
}

/// A recursive-descent reader over bytes.
private struct JSONParser {
    static let deepest = 64

    let bytes: [UInt8]
    var offset = 0

    mutating func document() throws(JSONSyntaxError) -> JSON {
        let value = try value(depth: 0)
        skipSpace()
        guard offset == bytes.count else { throw failure("something follows the value") }
        return value
    }

    private func failure(_ reason: String) -> JSONSyntaxError { JSONSyntaxError(reason: reason, offset: offset) }

    private mutating func skipSpace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x09, 0x0A, 0x0D: offset += 1
            default: return
            }
        }
    }

    private mutating func value(depth: Int) throws(JSONSyntaxError) -> JSON {
        guard depth < Self.deepest else { throw failure("nested deeper than \(Self.deepest)") }
        skipSpace()
        guard offset < bytes.count else { throw failure("it ends where a value is expected") }
        switch bytes[offset] {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSON) throws(JSONSyntaxError) -> JSON {
        let length = text.utf8CodeUnitCount
        guard offset + length <= bytes.count else { throw failure("a word is cut off") }
        for index in 0..<length where bytes[offset + index] != text.utf8Start[index] {
            throw failure("an unknown word")
        }
        offset += length
        return value
    }

    private mutating func object(depth: Int) throws(JSONSyntaxError) -> JSON {
        offset += 1
        var object = JSONObject()
        skipSpace()
        if consume(UInt8(ascii: "}")) { return .object(object) }
        while true {
            skipSpace()
            guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") else { throw failure("a name is expected") }
            let key = try string()
            skipSpace()
            guard consume(UInt8(ascii: ":")) else { throw failure("a colon is expected") }
            object[key] = try value(depth: depth + 1)
            skipSpace()
            if consume(UInt8(ascii: ",")) { continue }
            guard consume(UInt8(ascii: "}")) else { throw failure("a comma or a closing brace is expected") }
            return .object(object)
        }
    }

    private mutating func array(depth: Int) throws(JSONSyntaxError) -> JSON {
        offset += 1
        var elements: [JSON] = []
        skipSpace()
        if consume(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try value(depth: depth + 1))
            skipSpace()
            if consume(UInt8(ascii: ",")) { continue }
            guard consume(UInt8(ascii: "]")) else { throw failure("a comma or a closing bracket is expected") }
            return .array(elements)
        }
    }

    private mutating func consume(_ byte: UInt8) -> Bool {
        guard offset < bytes.count, bytes[offset] == byte else { return false }
        offset += 1
        return true
    }

    private mutating func number() throws(JSONSyntaxError) -> JSON {
        let start = offset
        var isInteger = true
        _ = consume(UInt8(ascii: "-"))
        let firstDigit = offset
        guard digits() > 0 else { throw failure("no value starts like this") }
        if bytes[firstDigit] == UInt8(ascii: "0"), offset - firstDigit > 1 { throw failure("a leading zero") }
        if consume(UInt8(ascii: ".")) {
            isInteger = false
            guard digits() > 0 else { throw failure("a digit is expected after the point") }
        }
        if offset < bytes.count, bytes[offset] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            offset += 1
            if !consume(UInt8(ascii: "+")) { _ = consume(UInt8(ascii: "-")) }
            guard digits() > 0 else { throw failure("a digit is expected in the exponent") }
        }
        let text = String(decoding: bytes[start..<offset], as: UTF8.self)
        if isInteger, let value = Int(text) { return .int(value) }
        guard let value = Decimal(string: text), !value.isNaN else { throw failure("a number out of range") }
        return .decimal(value)
    }

    private mutating func digits() -> Int {
        let start = offset
        while offset < bytes.count, bytes[offset] >= 0x30, bytes[offset] <= 0x39 { offset += 1 }
        return offset - start
    }

    private mutating func string() throws(JSONSyntaxError) -> String {
        offset += 1
        let start = offset
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte == UInt8(ascii: "\"") {
                let slice = bytes[start..<offset]
                guard let text = String(validating: slice, as: UTF8.self) else {
                    throw failure("a string is not UTF-8")
                }
                offset += 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            guard byte >= 0x20 else { throw failure("a control character in a string") }
            offset += 1
        }
        throw failure("a string does not end")
    }

    private mutating func escapedString(from start: Int) throws(JSONSyntaxError) -> String {
        var text = Array(bytes[start..<offset])
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw failure("a string is not UTF-8")
                }
                return string
            case UInt8(ascii: "\\"):
                try appendEscape(to: &text)
            default:
                guard byte >= 0x20 else { throw failure("a control character in a string") }
                text.append(byte)
            }
        }
        throw failure("a string does not end")
    }

    private mutating func appendEscape(to text: inout [UInt8]) throws(JSONSyntaxError) {
        guard offset < bytes.count else { throw failure("an escape is cut off") }
        let byte = bytes[offset]
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: Array(String(Character(try scalar())).utf8))
        default: throw failure("an unknown escape")
        }
    }

    private mutating func scalar() throws(JSONSyntaxError) -> Unicode.Scalar {
        let first = try hexUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, consume(UInt8(ascii: "\\")), consume(UInt8(ascii: "u")) else {
            throw failure("half a surrogate pair")
        }
        let second = try hexUnit()
        guard (0xDC00...0xDFFF).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
        else { throw failure("half a surrogate pair") }
        return scalar
    }

    private mutating func hexUnit() throws(JSONSyntaxError) -> UInt16 {
        guard offset + 4 <= bytes.count else { throw failure("an escape is cut off") }
        let digits = bytes[offset..<offset + 4]
        guard digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw failure("four hexadecimal digits are expected") }
        offset += 4
        return unit
    }
}
