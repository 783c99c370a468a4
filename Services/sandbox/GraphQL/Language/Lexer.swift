/// Turns the bytes of a document into tokens, one at a time.
///
/// Works on UTF-8 bytes that were validated beforehand (a Swift `String` guarantees it); columns count Unicode scalars.
struct Lexer {
    let bytes: [UInt8]
    var index = 0
    private var line = 1
    private var columnIndex = 0
    private var column = 1

    init(_ source: String) {
        bytes = Array(source.utf8)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            index = 3
            columnIndex = 3
        }
    }

    /// The next token that is not ignored (white space, commas and comments are).
    mutating func next() throws(GraphQLError) -> Token {
        skipIgnored()
        guard index < bytes.count else { return Token(kind: .end, location: location) }
        let start = location
        let byte = bytes[index]
        switch byte {
        case UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "("), UInt8(ascii: ")"),
            UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: "@"), UInt8(ascii: "["), UInt8(ascii: "]"),
            UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
            index += 1
            return Token(kind: .punctuator(byte), location: start)
        case UInt8(ascii: "."):
            guard peek(1) == UInt8(ascii: "."), peek(2) == UInt8(ascii: ".") else {
                throw syntaxError("Unexpected \".\"; a spread is written \"...\"", at: start)
            }
            index += 3
            return Token(kind: .spread, location: start)
        case UInt8(ascii: "\""):
            let kind = try lexString(from: start)
            return Token(kind: kind, location: start)
        case _ where byte.isNameStart:
            return Token(kind: .name(lexName()), location: start)
        case _ where byte.isDigit || byte == UInt8(ascii: "-"):
            let kind = try lexNumber(from: start)
            return Token(kind: kind, location: start)
        default:
            throw syntaxError("Unexpected character \(describe(at: index))", at: start)
        }
    }

    /// Where the reader stands.
    var location: SourceLocation {
        mutating get {
            while columnIndex < index {
                if bytes[columnIndex] & 0xC0 != 0x80 { column += 1 }
                columnIndex += 1
            }
            return SourceLocation(line: line, column: column)
        }
    }

    /// Notes a line break that ends right before `index`.
    mutating func startLine() {
        line += 1
        column = 1
        columnIndex = index
    }

    func peek(_ offset: Int) -> UInt8? {
        index + offset < bytes.count ? bytes[index + offset] : nil
    }

    func syntaxError(_ message: String, at location: SourceLocation) -> GraphQLError {
        .syntax(message, at: location)
    }

    /// The character at `position`, as an error shows it.
    func describe(at position: Int) -> String {
        guard position < bytes.count else { return "end of document" }
        let first = bytes[position]
        guard first >= 0x20, first != 0x7F else { return "U+\(hex(UInt32(first)))" }
        let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        let end = min(position + length, bytes.count)
        return "\"\(String(decoding: bytes[position..<end], as: UTF8.self))\""
    }

    private func hex(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }

    private mutating func skipIgnored() {
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x09, UInt8(ascii: ","):
                index += 1
            case 0x0A:
                index += 1
                startLine()
            case 0x0D:
                index += peek(1) == 0x0A ? 2 : 1
                startLine()
            case 0xEF where peek(1) == 0xBB && peek(2) == 0xBF:
                index += 3
            case UInt8(ascii: "#"):
                index += 1
                // A control character ends the comment, and is refused as a token of its own.
                while index < bytes.count, bytes[index] >= 0x20 || bytes[index] == 0x09 { index += 1 }
            default:
                return
            }
        }
    }

    private mutating func lexName() -> String {
        let start = index
        while index < bytes.count, bytes[index].isNameContinue { index += 1 }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private mutating func lexNumber(from location: SourceLocation) throws(GraphQLError) -> Token.Kind {
        let start = index
        var isFloat = false
        if bytes[index] == UInt8(ascii: "-") { index += 1 }
        if peek(0) == UInt8(ascii: "0") {
            index += 1
            if let next = peek(0), next.isDigit {
                throw syntaxError("Invalid number: a digit follows a leading 0", at: location)
            }
        } else {
            try lexDigits(location)
        }
        if peek(0) == UInt8(ascii: ".") {
            isFloat = true
            index += 1
            try lexDigits(location)
        }
        if peek(0) == UInt8(ascii: "e") || peek(0) == UInt8(ascii: "E") {
            isFloat = true
            index += 1
            if peek(0) == UInt8(ascii: "+") || peek(0) == UInt8(ascii: "-") { index += 1 }
            try lexDigits(location)
        }
        if let next = peek(0), next == UInt8(ascii: ".") || next.isNameStart {
            throw syntaxError("Invalid number: \(describe(at: index)) may not follow it", at: location)
        }
        let digits = String(decoding: bytes[start..<index], as: UTF8.self)
        return isFloat ? .float(digits) : .int(digits)
    }

    private mutating func lexDigits(_ location: SourceLocation) throws(GraphQLError) {
        guard let first = peek(0), first.isDigit else {
            throw syntaxError("Invalid number: expected a digit, found \(describe(at: index))", at: location)
        }
        while let byte = peek(0), byte.isDigit { index += 1 }
    }
}

extension UInt8 {
    var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }

    var isNameStart: Bool {
        (self | 0x20 >= UInt8(ascii: "a") && self | 0x20 <= UInt8(ascii: "z")) || self == UInt8(ascii: "_")
    }

    var isNameContinue: Bool { isNameStart || isDigit }
}
