import Foundation
import Testing

@testable import ServiceKit

@Suite("Key material")
struct KeyMaterialTests {
    private let bytes = (0..<32).map { UInt8($0 * 7 % 251) }

    @Test("is the same from raw bytes, hexadecimal digits and Base64, with or without a line end")
    func forms() throws {
        let hexadecimal = bytes.map { String(format: "%02x", $0) }.joined()
        let base64 = Data(bytes).base64EncodedString()
        let raw = try #require(KeyMaterial(bytes))
        #expect(raw.bytes == bytes)
        for text in [
            hexadecimal, hexadecimal.uppercased() + "\n", base64, base64 + "\r\n", String(base64.dropLast()),
        ] {
            #expect(KeyMaterial(Array(text.utf8)) == raw, "\(text.count) characters")
        }
    }

    @Test("has an id that depends on the key and does not reveal it")
    func identifier() throws {
        let key = try #require(KeyMaterial(bytes))
        let other = try #require(KeyMaterial(bytes.reversed()))
        #expect(key.id.count == 8)
        #expect(key.id != other.id)
        var dumped = ""
        dump(key, to: &dumped)
        #expect("\(key)" == "key \(key.id)")
        #expect(!dumped.contains("bytes"))
    }

    @Test(
        "is refused in any other form",
        arguments: [
            "", "short", String(repeating: "g", count: 64), String(repeating: "é", count: 32),
            String(repeating: "!", count: 44), String(repeating: "A", count: 43) + "A",
        ])
    func refused(text: String) {
        #expect(KeyMaterial(Array(text.utf8)) == nil)
    }
}
