import Foundation
import RandomSupport
import Testing
import VendorHTTP

@Suite("Building URLs and forms")
struct URLBuilderTests {
    @Test("Segments and parameters are encoded as a whole, in the order given")
    func build() throws {
        let url = try URLBuilder(base: "https://api.example.com:8443/v3/?fixed=1")
            .path("objects", "a/b c", "é%2F").query("q", "x=1&y=2 +é").query("absent", nil).query("empty", "")
        #expect(
            url.url
                == "https://api.example.com:8443/v3/objects/a%2Fb%20c/%C3%A9%252F"
                + "?fixed=1&q=x%3D1%26y%3D2%20%2B%C3%A9&empty=")
        #expect(try URLBuilder(base: "https://h").path("a-._~z").url == "https://h/a-._~z")
    }

    @Test("A segment that would lead elsewhere is refused", arguments: ["", ".", ".."])
    func traversal(segment: String) throws {
        let builder = try URLBuilder(base: "https://api.example.com/v3")
        let error = #expect(throws: VendorHTTPError.self) { try builder.path("objects", segment) }
        #expect(error?.code == .invalidURL && error?.delivery == .notSent)
    }

    @Test(
        "A base that is no absolute http URL is refused",
        arguments: ["", "api.example.com", "ftp://h", "https://", "https://u:p@h"])
    func base(base: String) {
        #expect(throws: VendorHTTPError.self) { try URLBuilder(base: base) }
    }

    @Test("A form follows the rules of forms: space is a plus, and all but letters, digits and *-._ is escaped")
    func form() {
        let body = PercentEncoding.form([("grant_type", "refresh_token"), ("a b", "1+1=2&~*é"), ("", "")])
        #expect(String(decoding: body, as: UTF8.self) == "grant_type=refresh_token&a+b=1%2B1%3D2%26%7E*%C3%A9&=")
    }

    @Test("What is encoded, Foundation decodes to the same", arguments: 0..<50 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let letters = Array("aZ09 /?#[]@!$&'()*+,;=%-._~\"\\é€😀\u{0}\n")
        let text = String((0..<30).map { _ in letters.randomElement(using: &random) ?? "x" })
        let encoded = PercentEncoding.component(text)
        #expect(encoded.removingPercentEncoding == text, "seed \(seed)")
        let url = try URLBuilder(base: "https://h/p").query("q", text).url
        #expect(URLComponents(string: url)?.queryItems?.first?.value == text, "seed \(seed)")
    }
}
