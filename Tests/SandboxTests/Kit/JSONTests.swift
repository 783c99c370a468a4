import Foundation
import SandboxKit
import Testing

@Suite("JSON of the sandboxes")
struct SandboxJSONTests {
    @Test("A text is read and written back byte for byte, members in their order")
    func roundTrip() throws {
        let text = #"{"b":[1,-2,3.25,"x\n\"é\\",true,false,null],"a":{},"big":12345678901234567890.12}"#
        #expect("\(try JSON(parsing: Array(text.utf8)))" == text)
    }

    @Test("Objects with many members find, replace and remove them")
    func manyMembers() throws {
        var object = JSONObject()
        for number in 0..<100 { object["k\(number)"] = .int(number) }
        object["k50"] = "new"
        object["k0"] = nil
        #expect(object.count == 99)
        #expect(object["k50"] == "new")
        #expect(object["k0"] == nil)
        #expect(object["k99"] == 99)
        #expect(object.keys.first == "k1")
    }

    @Test("Equality of objects does not depend on the order of members")
    func equality() {
        let one: JSON = ["a": 1, "b": 2]
        let other: JSON = ["b": 2, "a": 1]
        #expect(one == other)
        #expect(one.hashValue == other.hashValue)
    }

    @Test("Escapes, surrogate pairs and exponents are understood")
    func escapes() throws {
        #expect(try JSON(parsing: Array(#""\u0041\ud83d\ude00\/\t""#.utf8)) == .string("A😀/\t"))
        #expect(try JSON(parsing: Array("1.5e2".utf8)).decimalValue == 150)
    }

    @Test(
        "What is not JSON is refused",
        arguments: [
            "", "{", "[1,]", "{\"a\":}", "01", "1.", "tru", "\"a", "\"\\x\"", "\"\\ud800\"", "[1] 2", "{1:2}", "nul",
            "\"\u{1}\"", "1e999",
        ])
    func refusals(text: String) {
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: Array(text.utf8)) }
    }

    @Test("Broken UTF-8 and endless nesting are refused")
    func hostile() {
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: [0x22, 0xFF, 0x22]) }
        #expect(throws: JSONSyntaxError.self) { try JSON(parsing: Array(repeating: UInt8(ascii: "["), count: 100_000)) }
    }
}
