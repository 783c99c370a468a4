import CanonicalModel
import Testing

@Suite("JSON: the tree and the writer")
struct JSONValueTests {
    @Test("A chain of keys and positions reads what is there and gives nil for what is not")
    func chain() throws {
        let value = try JSONValue(
            parsing: #"{"customer":{"emails":[{"address":"a@b.example","primary":true}],"id":12,"credit":12.50}}"#)
        #expect(value["customer"]["emails"][0]["address"].string == "a@b.example")
        #expect(value["customer"]["emails"][0]["primary"].bool == true)
        #expect(value["customer"]["id"].int == 12)
        #expect(value["customer"]["credit"].number?.text == "12.50")
        #expect(value["customer"]["credit"].int == nil)
        #expect(value["customer"]["emails"][1]["address"].string == nil)
        #expect(value["nobody"]["emails"][-1].isNull)
        #expect(value["customer"].object?["absent"] == nil)
    }

    @Test("Literals build values, with members in the order written")
    func literals() {
        let name = "Ann \"A\""
        let value: JSONValue = [
            "name": "Dear \(name)", "amount": 1299, "tags": ["a", nil, true], "lines": [["n": .int(UInt8(1))]],
            "empty": [:],
        ]
        #expect(
            value.jsonText
                == #"{"name":"Dear Ann \"A\"","amount":1299,"tags":["a",null,true],"lines":[{"n":1}],"empty":{}}"#)
    }

    @Test("Members are set in place, added at the end, and removed")
    func mutation() {
        var value: JSONValue = ["a": 1, "b": 2]
        value["a"] = "x"
        value["c"]["d"] = false
        #expect(value.jsonText == #"{"a":"x","b":2,"c":{"d":false}}"#)
        var object = JSONObject()
        for index in 0..<40 { object["k\(index)"] = .int(index) }
        object["k3"] = nil
        object["k39"] = "last"
        #expect(object.count == 39 && object["k3"] == nil && object["k39"] == "last" && object["k20"] == 20)
        let sparse: JSONValue = ["a": nil, "b": ["c": nil, "d": [nil]]]
        #expect(sparse.removingNulls() == ["b": ["d": [nil]]])
    }

    @Test("Objects are equal in any order, and sorted keys make equal values equal bytes")
    func order() {
        let left: JSONValue = ["b": 1, "a": ["y": 1, "x": 2], "é": 0]
        let right: JSONValue = ["é": 0, "a": ["x": 2, "y": 1], "b": 1]
        #expect(left == right && left.hashValue == right.hashValue)
        #expect(left != ["b": 1, "a": ["y": 1, "x": 3], "é": 0])
        #expect(left.serialised() != right.serialised())
        #expect(left.serialised(sortedKeys: true) == right.serialised(sortedKeys: true))
    }

    @Test("Numbers keep their text; whole numbers are exact however they are written")
    func numbers() {
        for (text, value) in [
            ("12", 12), ("12.00", 12), ("1.2e1", 12), ("-1200E-2", -12), ("0.0", 0), ("-0", 0), ("0e99", 0),
            ("9223372036854775807.0", Int64.max), ("-9223372036854775808", .min), ("1e18", 1_000_000_000_000_000_000),
        ] {
            #expect(JSONNumber(text)?.int64 == value, "\(text)")
            #expect(JSONNumber(text)?.text == text)
        }
        for text in ["0.5", "12.01", "1e19", "9223372036854775808", "1e-1", "1e99999999999999999999"] {
            #expect(JSONNumber(text)?.int64 == nil, "\(text)")
        }
        for text in ["", "01", "1.", ".1", "+1", "1 ", "NaN", "0x1", "1e", "--1", "1,0"] {
            #expect(JSONNumber(text) == nil, "\(text)")
        }
    }

    @Test("The writer sets commas and escapes exactly what must be escaped")
    func writer() {
        var writer = JSONWriter(capacity: 1)
        writer.beginObject()
        writer.key("plain")
        writer.string("a/b \u{7f} \u{2028} é 😀")
        writer.key(dynamic: "k\"\n")
        writer.string("\u{0}\u{8}\t\n\u{c}\r\u{1f}\"\\" + String(repeating: "x", count: 300) + "\u{1}")
        writer.key(encoded: JSONWriter.encodedKey("pre"))
        writer.beginArray()
        for value in [0, -1, 10, 99, 100, Int64.max, .min] { writer.int(value) }
        writer.raw(Array("[1]".utf8))
        writer.bool(true)
        writer.null()
        writer.beginObject()
        writer.endObject()
        writer.endArray()
        writer.endObject()
        let expected =
            #"{"plain":"a/b "# + "\u{7f} \u{2028}" + #" é 😀","k\"\n":"\u0000\b\t\n\f\r\u001f\"\\"#
            + String(repeating: "x", count: 300)
            + #"\u0001","pre":[0,-1,10,99,100,9223372036854775807,-9223372036854775808,[1],true,null,{}]}"#
        #expect(String(decoding: writer.finish(), as: UTF8.self) == expected)
        #expect(writer.finish().isEmpty)
    }
}
