import Foundation
import RandomSupport
import Testing
import VendorHTTP

@Suite("Redaction")
struct RedactionTests {
    private static let names = [
        "Authorization", "proxy-authorization", "access_token", "refresh_token", "RefreshToken", "id_token",
        "client_secret",
        "clientSecret", "code", "code_verifier", "password", "PASSWORD", "api_key", "X-Api-Key", "hapikey", "Cookie",
        "Set-Cookie", "X-HubSpot-Signature-v3", "intuit-signature", "webhook_secret", "verifierToken", "assertion",
        "sig",
    ]
    private static let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~+/=")

    /// A secret that occurs nowhere else, in the alphabet of real tokens.
    private func canary(_ random: inout SeededGenerator) -> String {
        "CNRY"
            + String(
                (0..<Int.random(in: 8...60, using: &random)).map { _ in
                    Self.letters.randomElement(using: &random) ?? "x"
                })
    }

    private func name(_ random: inout SeededGenerator) -> String {
        Self.names.randomElement(using: &random) ?? "code"
    }

    /// No piece of the canary of eight letters may be left.
    private func isClean(_ text: String, of canary: String) -> Bool {
        let letters = Array(canary)
        return (0...(letters.count - 8)).allSatisfy { !text.contains(String(letters[$0..<($0 + 8)])) }
    }

    /// A JSON document with the canary under a sensitive name somewhere, written in some style.
    private func document(_ canary: String, _ random: inout SeededGenerator, depth: Int = 0) -> Any {
        func filler() -> Any {
            ["plain text", 12, true, NSNull(), ["a", 1], ["city": "Reno"]].randomElement(using: &random) ?? 0
        }
        var object: [String: Any] = ["id": filler(), "name": "Miller \"&\" Sons", "note": filler()]
        if depth < 3, Bool.random(using: &random) {
            object["nested"] =
                Bool.random(using: &random)
                ? [filler(), document(canary, &random, depth: depth + 1)] : document(canary, &random, depth: depth + 1)
        } else {
            let values: [Any] = [canary, [canary, canary], ["value": canary, "more": [canary]]]
            object[name(&random)] = values.randomElement(using: &random)
        }
        return object
    }

    @Test(
        "Under a sensitive name no secret survives in JSON, whole or cut off anywhere",
        arguments: 0..<100 as Range<UInt64>)
    func json(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let canary = canary(&random)
        let pretty: JSONSerialization.WritingOptions = Bool.random(using: &random) ? [.prettyPrinted] : []
        let bytes = Array(try JSONSerialization.data(withJSONObject: document(canary, &random), options: pretty))
        let redactor = Redactor()
        let clean = redactor.json(bytes)
        #expect(isClean(clean, of: canary), "seed \(seed): \(clean)")
        #expect(clean.contains("Miller"))
        #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(clean.utf8)) }
        for _ in 0..<20 {
            let cut = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
            #expect(isClean(redactor.json(cut), of: canary), "seed \(seed)")
            #expect(isClean(redactor.body(cut, contentType: nil, maximumBytes: 100), of: canary), "seed \(seed)")
        }
        // JSON inside a JSON string, as logs of other systems have it.
        let wrapped = try JSONSerialization.data(withJSONObject: [
            "message": "sent \(String(decoding: bytes, as: UTF8.self))"
        ])
        #expect(isClean(redactor.json(Array(wrapped)), of: canary), "seed \(seed): \(redactor.json(Array(wrapped)))")
    }

    @Test(
        "Under a sensitive name no secret survives in a URL, a form or a header", arguments: 100..<200 as Range<UInt64>)
    func parameters(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let canary = canary(&random)
        let name = name(&random)
        let redactor = Redactor()
        let url = try URLBuilder(base: "https://api.example.com/v1/customers").query("limit", "10").query(name, canary)
            .query("after", "abc").url
        #expect(isClean(redactor.url(url), of: canary), "seed \(seed)")
        #expect(redactor.url(url).hasPrefix("https://api.example.com/v1/customers?limit=10&"))
        #expect(redactor.url(url).hasSuffix("=***&after=abc"))
        #expect(isClean(redactor.text("GET \(url) failed"), of: canary), "seed \(seed)")
        #expect(redactor.location(url) == "https://api.example.com/v1/customers?limit=***&\(name)=***&after=***")
        let form = PercentEncoding.form([("grant_type", "x"), (name, canary), ("redirect_uri", url)])
        #expect(isClean(redactor.form(form), of: canary), "seed \(seed): \(redactor.form(form))")
        #expect(
            isClean(redactor.body(form, contentType: "application/x-www-form-urlencoded; charset=utf-8"), of: canary))
        let headers = redactor.headers([name: canary, "Accept": "text/plain", "Referer": url])
        #expect(headers[name] == "***" && headers["Accept"] == "text/plain")
        #expect(isClean(headers["Referer"] ?? "", of: canary), "seed \(seed)")
    }

    @Test("A registered secret survives nowhere, in whatever encoding", arguments: 200..<260 as Range<UInt64>)
    func registered(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let canary = canary(&random) + "\"é\\/ &"
        let redactor = Redactor()
        redactor.register(canary)
        redactor.register("a")  // too short to be looked for
        let url = try URLBuilder(base: "https://h").path(canary).query("harmless", canary).url
        let json = Array(try JSONSerialization.data(withJSONObject: ["harmless": ["x\(canary)y"]]))
        let plain = Array(
            try JSONSerialization.data(withJSONObject: ["harmless": canary], options: .withoutEscapingSlashes))
        let texts = [
            redactor.url(url), redactor.location(url), redactor.text("oops: \(canary)!"), redactor.json(json),
            redactor.json(plain),
            redactor.form(PercentEncoding.form([("harmless", canary)])),
            redactor.headers(["X-Note": canary])["X-Note"] ?? "",
            redactor.url(
                url.replacing("%C3%A9", with: "%c3%a9").replacing("%2F", with: "%2f").replacing("%5C", with: "%5c")
                    .replacing("%3D", with: "%3d").replacing("%2B", with: "%2b")),
        ]
        for text in texts {
            #expect(isClean(text, of: canary), "seed \(seed): \(text)")
            #expect(text.contains("***"))
        }
    }

    @Test("The oldest registered secret leaves when too many come")
    func capacity() {
        let redactor = Redactor()
        for number in 0...Redactor.capacity { redactor.register("secret-number-\(100_000 + number)") }
        #expect(redactor.text("secret-number-100000") == "secret-number-100000")
        #expect(redactor.text("secret-number-100001") == "***")
    }

    @Test("A secret that is registered again is the newest, and outlives those that come and go")
    func again() {
        let redactor = Redactor()
        redactor.register("declared-secret")
        for number in 0..<(2 * Redactor.capacity) {
            if number % 100 == 0 { redactor.register("declared-secret") }
            redactor.register("token-\(100_000 + number)")
        }
        #expect(redactor.text("declared-secret") == "***")
    }

    @Test(
        "Of a failure's words, addresses and telephone numbers are taken out, ids, dates and amounts stay (R18.6)",
        arguments: [
            ("jane.doe+x@mail.example.com is taken", "*** is taken"),
            ("the contact <o'brien@example.co.uk>.", "the contact <***>."),
            ("email:müller@example.de, phone (555) 123-4567", "email:***, phone ***"),
            ("call +1 555 123 4567, or 555.123.4567.", "call ***, or ***."),
            ("+4930123456 and '+49 (30) 123-456'", "*** and '***'"),
            ("no host: jane@localhost, @handle", "no host: jane@localhost, @handle"),
            ("company/12345678901 of 01a1ff88-9cd9-72c5-b2cc-748b63c842ab", nil),
            ("since 2026-11-21 08:15:00, 2026-11-21T08:15:00Z, within 3600 s (10 of 20)", nil),
            ("the object Z2lkOi8vSm9i/1 costs 1234.50, line 12 - 14, code 6240", nil),
            ("", nil), ("@", nil), ("+", nil), ("(", nil), ("a@", nil),
            ("refused access_token=abcdefgh of jane@example.com", "refused access_token=*** of ***"),
        ] as [(String, String?)])
    func failure(text: String, clean: String?) {
        let redactor = Redactor()
        #expect(redactor.failure(text) == clean ?? text)
        #expect(redactor.failure(redactor.failure(text)) == clean ?? text, "once more changes nothing")
    }

    @Test("A failure's words are cut after the secrets are gone")
    func longFailure() {
        let redactor = Redactor()
        redactor.register("canary-123456")
        let text = redactor.failure("a canary-123456 " + String(repeating: "x", count: 5000), maximumBytes: 20)
        #expect(text == "a *** xxxxxxxxxxxxxx…")
    }

    @Test("Credentials in running text are taken out, harmless text stays")
    func prose() {
        let redactor = Redactor()
        let cases = [
            ("Authorization: Bearer abc.def-ghi", "Authorization: ***"),
            ("rejected Bearer abcdef123456 as stale", "rejected Bearer *** as stale"),
            ("curl -u 'x' token=abc&next=1", "curl -u 'x' token=***&next=1"),
            (#"body {\"refresh_token\":\"abc\",\"n\":1}"#, #"body {\"refresh_token\":\"***\",\"n\":1}"#),
            ("status code: 404, key: none", "status code: 404, key: none"),
            ("Bearer of bad news", "Bearer of bad news"),
            ("Could not resolve host: api.example.com", "Could not resolve host: api.example.com"),
        ]
        for (text, clean) in cases { #expect(redactor.text(text) == clean) }
    }

    @Test("User and password of a URL are taken out, and a fragment")
    func userInfo() {
        let redactor = Redactor()
        #expect(redactor.url("https://user:pw@h:1/p?a=1#token=x") == "https://***@h:1/p?a=1")
        #expect(redactor.location("https://user:p@w@h/p") == "https://***@h/p")
        #expect(redactor.location("https://h/p?eyJhbGciOi&a=1&b") == "https://h/p?***&a=***&***")
    }

    @Test("A body is cut to its length after the secrets are gone")
    func cut() {
        let redactor = Redactor()
        let body = Array((#"{"access_token":""# + String(repeating: "s", count: 5000) + #"","rest":"visible"}"#).utf8)
        #expect(
            redactor.body(body, contentType: "application/json", maximumBytes: 60)
                == #"{"access_token":"***","rest":"visible"}"#)
        #expect(redactor.body(body, contentType: "application/json", maximumBytes: 10) == #"{"access_t…"#)
        #expect(redactor.body(Array("token=abc def".utf8), contentType: "text/plain") == "token=*** def")
    }
}
