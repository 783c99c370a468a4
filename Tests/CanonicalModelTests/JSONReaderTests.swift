import CanonicalModel
import Testing

@Suite("JSON: the reader")
struct JSONReaderTests {
    private func failure(_ document: String) -> JSONError? {
        failure(Array(document.utf8))
    }

    private func failure(_ document: [UInt8]) -> JSONError? {
        do throws(JSONError) {
            _ = try JSONValue(parsing: document)
            return nil
        } catch {
            return error
        }
    }

    @Test("An object is read member by member into the caller's own type, and what is unknown is skipped")
    func object() throws {
        struct Line: Equatable {
            var sku = ""
            var amount: Int64 = 0
        }
        let document = """
            { "new": {"deep": [1, {"x": null}]}, "id" : "a\\u00e9\\n", "paid":true, "when": null,
              "lines": [ {"sku":"S1","amount":-12}, {"amount":9223372036854775807,"sku":""} ], "rate": 1.50 }
            """
        var (id, paid, isNull, rate, lines) = ("", false, false, "", [Line]())
        try JSONReader.read(Array(document.utf8)) { reader throws(JSONError) in
            try reader.forEachKey { reader, key throws(JSONError) in
                switch key {
                case "id": id = try reader.string()
                case "paid": paid = try reader.bool()
                case "when": isNull = try reader.readNull()
                case "rate": rate = try reader.number().text
                case "lines":
                    try reader.forEachElement { reader throws(JSONError) in
                        var line = Line()
                        try reader.forEachKey { reader, key throws(JSONError) in
                            switch key {
                            case "sku": line.sku = try reader.string()
                            case "amount": line.amount = try reader.int64()
                            default: break
                            }
                        }
                        lines.append(line)
                    }
                default: break
                }
            }
        }
        #expect(id == "aé\n")
        #expect(paid && isNull && rate == "1.50")
        #expect(lines == [Line(sku: "S1", amount: -12), Line(sku: "", amount: .max)])
    }

    @Test("An error names the place as a JSON Pointer and the byte, and never the value")
    func place() {
        let document = Array(#"{"a/b":{"lines":[{"amount":1},{"amount":"4111 secret"}]}}"#.utf8)
        let error = #expect(throws: JSONError.self) {
            try JSONReader.read(document) { reader throws(JSONError) in
                try reader.forEachKey { reader, _ throws(JSONError) in
                    try reader.forEachKey { reader, _ throws(JSONError) in
                        try reader.forEachElement { reader throws(JSONError) in
                            try reader.forEachKey { reader, _ throws(JSONError) in _ = try reader.int64() }
                        }
                    }
                }
            }
        }
        #expect(error?.code == .wrongKind)
        #expect(error?.path == "/a~1b/lines/1/amount")
        #expect(error?.offset == 40)
        #expect(error?.description == "expected a number, found a string, at /a~1b/lines/1/amount (byte 40)")
    }

    @Test("A reader of a document reports an unacceptable value at its place")
    func invalid() {
        let error = #expect(throws: JSONError.self) {
            try JSONReader.read(Array(#"{"status": "weird"}"#.utf8)) { reader throws(JSONError) in
                try reader.forEachKey { reader, _ throws(JSONError) in
                    _ = try reader.string()
                    throw reader.invalid("expected one of open, closed")
                }
            }
        }
        #expect(error == JSONError(.invalidValue, at: 11, path: "/status", "expected one of open, closed"))
    }

    @Test("An error that the body swallows still fails the document")
    func swallowed() {
        #expect(throws: JSONError.self) {
            try JSONReader.read(Array(#"{"a": tru}"#.utf8)) { reader throws(JSONError) in
                do throws(JSONError) { try reader.skip() } catch {}
            }
        }
    }

    @Test(
        "What RFC 8259 does not allow is refused with a code and an offset",
        arguments: [
            ("", JSONError.Code.unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("{", .unexpectedEnd, 1),
            (#"{"a""#, .unexpectedEnd, 4), (#"{"a":"#, .unexpectedEnd, 5), (#"{"a":1"#, .unexpectedEnd, 6),
            ("[1,", .unexpectedEnd, 3), ("\"abc", .unexpectedEnd, 4), ("\"a\\", .unexpectedEnd, 3),
            ("tru", .unexpectedEnd, 3), ("-", .unexpectedEnd, 1), ("1.", .unexpectedEnd, 2),
            ("[1,]", .unexpectedByte, 3), (#"{"a":1,}"#, .unexpectedByte, 7), ("[1 2]", .unexpectedByte, 3),
            (#"{"a" 1}"#, .unexpectedByte, 5), ("{a:1}", .unexpectedByte, 1), ("['a']", .unexpectedByte, 1),
            ("trux", .unexpectedByte, 3), ("NaN", .unexpectedByte, 0), ("[}", .unexpectedByte, 1),
            ("[1}", .unexpectedByte, 2), ("+1", .unexpectedByte, 0), (".5", .unexpectedByte, 0),
            ("\u{feff}1", .unexpectedByte, 0), ("// c\n1", .unexpectedByte, 0), ("\u{0c}1", .unexpectedByte, 0),
            ("\"a\tb\"", .unexpectedByte, 2), ("\"\\x\"", .unexpectedByte, 2), ("\"\\u12g4\"", .unexpectedByte, 3),
            ("01", .invalidNumber, 1), ("-01", .invalidNumber, 2), ("[1.]", .invalidNumber, 3),
            ("[1e]", .invalidNumber, 3), ("[1e+]", .invalidNumber, 4), ("[-]", .invalidNumber, 2),
            ("\"\\ud800\"", .invalidText, 1), ("\"\\ud800\\u0041\"", .invalidText, 1), ("\"\\udc00\"", .invalidText, 1),
            ("1 2", .trailingBytes, 2), ("{}x", .trailingBytes, 2), ("null,", .trailingBytes, 4),
        ])
    func refused(document: String, code: JSONError.Code, offset: Int) {
        let error = failure(document)
        #expect(error?.code == code)
        #expect(error?.offset == offset)
    }

    @Test(
        "Text that is not UTF-8 is refused: overlong, surrogate, cut off, beyond Unicode",
        arguments: [
            [0x80], [0xc0, 0x80], [0xc1, 0xbf], [0xe0, 0x9f, 0xbf], [0xed, 0xa0, 0x80], [0xf0, 0x8f, 0xbf, 0xbf],
            [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xff], [0xc3], [0xe2, 0x82], [0xf0, 0x9f, 0x98],
        ] as [[UInt8]])
    func notUTF8(bytes: [UInt8]) {
        for padding in 0..<9 {
            let pad = [UInt8](repeating: UInt8(ascii: "a"), count: padding)
            #expect(failure([0x22] + pad + bytes + [0x22])?.code == .invalidText)
            #expect(failure([0x7b, 0x22] + pad + bytes + Array(#"":1}"#.utf8))?.code == .invalidText)
        }
    }

    @Test("Nesting stops at 64 levels, in arrays and objects, whether read or skipped")
    func depth() {
        func nested(_ levels: Int) -> String {
            String(repeating: #"[{"a":"#, count: levels / 2) + "1" + String(repeating: "}]", count: levels / 2)
        }
        #expect(failure(nested(64)) == nil)
        #expect(failure(nested(66))?.code == .tooDeep)
        #expect(failure(String(repeating: "[", count: 1_000_000))?.code == .tooDeep)
        #expect(throws: JSONError.self) {
            try JSONReader.read(Array(nested(66).utf8)) { reader throws(JSONError) in try reader.skip() }
        }
    }

    @Test("A key that occurs twice is reported: plain, escaped, in skipped parts, and among very many")
    func duplicates() {
        #expect(failure(#"{"a":1,"b":2,"a":3}"#)?.code == .duplicateKey)
        #expect(failure(#"{"a":1,"b":2,"a":3}"#)?.path == "/a")
        #expect(failure(#"{"a":1,"\u0061":3}"#)?.code == .duplicateKey)
        #expect(failure(#"{"\u0061":1,"a":3}"#)?.code == .duplicateKey)
        #expect(failure(#"{"x":{"a":1},"a":{"a":2,"b":{}},"b":1}"#) == nil)
        #expect(failure(#"{"x":[{"k":1},{"k":1,"k":1}]}"#)?.path == "/x/1/k")
        let many = (0..<20_000).map { "\"key\($0)\":{\"key1\":0}" }
        #expect(failure("{" + many.joined(separator: ",") + "}") == nil)
        #expect(failure("{" + many.joined(separator: ",") + ",\"key7\":1}")?.code == .duplicateKey)
    }

    @Test("Whole numbers of 64 bits are exact up to both ends, and nothing beyond passes")
    func int64() throws {
        func read(_ text: String) -> Int64? {
            do throws(JSONError) {
                return try JSONReader.read(Array(text.utf8)) { reader throws(JSONError) in try reader.int64() }
            } catch {
                return nil
            }
        }
        for value in [0, 1, -1, 42, Int64.max, .min, .max - 1, .min + 1] { #expect(read(String(value)) == value) }
        #expect(read("-0") == 0)
        for text in ["9223372036854775808", "-9223372036854775809", "1.0", "1e2", "99999999999999999999999", "\"1\""] {
            #expect(read(text) == nil)
        }
    }

    @Test("A raw value is the bytes of the document, and text can be borrowed without a copy")
    func raw() throws {
        let document = Array(#"{"p": {"a" : [1, 2.50]} , "t":"x\ty"}"#.utf8)
        var raw: [UInt8] = []
        var matched = false
        try JSONReader.read(document) { reader throws(JSONError) in
            try reader.forEachKey { reader, key throws(JSONError) in
                switch key {
                case "p": raw = try reader.rawValue()
                default: matched = try reader.withText { text in "x\ty" ~= text }
                }
            }
        }
        #expect(String(decoding: raw, as: UTF8.self) == #"{"a" : [1, 2.50]}"#)
        #expect(matched)
    }

    @Test("A key table finds each name's position and nothing else")
    func keyTable() throws {
        let names = (0..<70).map { "field\($0 * 7)" } + ["", "é"]
        func position(of name: String, in table: JSONKeyTable) -> Int? {
            let bytes = Array(name.utf8)
            return table.index(of: bytes.span)
        }
        let table = JSONKeyTable(names)
        for (index, name) in names.enumerated() { #expect(position(of: name, in: table) == index) }
        for foreign in ["field", "field1", "Field0", "e"] { #expect(position(of: foreign, in: table) == nil) }
        #expect(position(of: "", in: JSONKeyTable([String]())) == nil)
    }
}
