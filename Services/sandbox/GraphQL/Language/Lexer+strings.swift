extension Lexer {
    /// Reads a string or block string; `index` stands on its first quotation mark.
    mutating func lexString(from start: SourceLocation) throws(GraphQLError) -> Token.Kind {
        if peek(1) == UInt8(ascii: "\""), peek(2) == UInt8(ascii: "\"") {
            index += 3
            return .blockString(try lexBlockString(from: start))
        }
        index += 1
        var content: [UInt8] = []
        while let byte = peek(0) {
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return .string(String(decoding: content, as: UTF8.self))
            case UInt8(ascii: "\\"):
                try lexEscape(into: &content)
            case 0x0A, 0x0D:
                throw syntaxError("Unterminated string", at: start)
            case 0..<0x20 where byte != 0x09:
                throw syntaxError("Invalid character within a string: \(describe(at: index))", at: start)
            default:
                content.append(byte)
                index += 1
            }
        }
        throw syntaxError("Unterminated string", at: start)
    }

    private mutating func lexEscape(into content: inout [UInt8]) throws(GraphQLError) {
        let place = location
        index += 1
        guard let letter = peek(0) else { throw syntaxError("Unterminated string", at: place) }
        index += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(letter)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"):
            let scalar = try lexUnicodeEscape(place)
            content.append(contentsOf: Array(String(Character(scalar)).utf8))
        default:
            throw syntaxError("Invalid escape in a string: \\\(Character(UnicodeScalar(letter)))", at: place)
        }
    }

    private mutating func lexUnicodeEscape(_ place: SourceLocation) throws(GraphQLError) -> UnicodeScalar {
        if peek(0) == UInt8(ascii: "{") {
            index += 1
            var value: UInt32 = 0
            var digits = 0
            while let digit = peek(0)?.hexDigitValue, digits < 8 {
                value = value << 4 | digit
                digits += 1
                index += 1
            }
            guard digits > 0, peek(0) == UInt8(ascii: "}"), let scalar = UnicodeScalar(value) else {
                throw syntaxError("Invalid Unicode escape in a string", at: place)
            }
            index += 1
            return scalar
        }
        let unit = try lexFourHexDigits(place)
        if let scalar = UnicodeScalar(unit) { return scalar }
        // A leading surrogate stands only before a trailing one.
        guard (0xD800..<0xDC00).contains(unit), peek(0) == UInt8(ascii: "\\"), peek(1) == UInt8(ascii: "u") else {
            throw syntaxError("Invalid Unicode escape in a string: a lone surrogate", at: place)
        }
        index += 2
        let trailing = try lexFourHexDigits(place)
        guard (0xDC00..<0xE000).contains(trailing),
            let scalar = UnicodeScalar(0x10000 + (unit - 0xD800) << 10 + (trailing - 0xDC00))
        else { throw syntaxError("Invalid Unicode escape in a string: a lone surrogate", at: place) }
        return scalar
    }

    private mutating func lexFourHexDigits(_ place: SourceLocation) throws(GraphQLError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = peek(0)?.hexDigitValue else {
                throw syntaxError("Invalid Unicode escape in a string: four hex digits follow \\u", at: place)
            }
            value = value << 4 | digit
            index += 1
        }
        return value
    }

    private mutating func lexBlockString(from start: SourceLocation) throws(GraphQLError) -> String {
        let quote = UInt8(ascii: "\"")
        var lines: [[UInt8]] = [[]]
        while let byte = peek(0) {
            if byte == quote, peek(1) == quote, peek(2) == quote {
                index += 3
                return Self.dedent(lines)
            }
            if byte == UInt8(ascii: "\\"), peek(1) == quote, peek(2) == quote, peek(3) == quote {
                lines[lines.count - 1] += [quote, quote, quote]
                index += 4
            } else if byte == 0x0A || byte == 0x0D {
                index += byte == 0x0D && peek(1) == 0x0A ? 2 : 1
                startLine()
                lines.append([])
            } else if byte < 0x20, byte != 0x09 {
                throw syntaxError("Invalid character within a string: \(describe(at: index))", at: start)
            } else {
                lines[lines.count - 1].append(byte)
                index += 1
            }
        }
        throw syntaxError("Unterminated string", at: start)
    }

    /// Removes the common indent and the blank lines around, as the specification's BlockStringValue says.
    private static func dedent(_ lines: [[UInt8]]) -> String {
        func indent(_ line: [UInt8]) -> Int { line.prefix { $0 == 0x20 || $0 == 0x09 }.count }
        let common = lines.dropFirst().filter { indent($0) < $0.count }.map(indent).min() ?? 0
        var result = lines.enumerated().map { $0.offset == 0 ? $0.element : Array($0.element.dropFirst(common)) }
        while let first = result.first, indent(first) == first.count { result.removeFirst() }
        while let last = result.last, indent(last) == last.count { result.removeLast() }
        return String(decoding: Array(result.joined(separator: [0x0A])), as: UTF8.self)
    }
}

extension UInt8 {
    var hexDigitValue: UInt32? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(self - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(self - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(self - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}
