import CanonicalModel
import HTTPTypes
import SyncStore
import Testing

@testable import AdapterKit

@Suite("What a vendor sends a browser back with")
struct ConsentCallbackTests {
    @Test("Code, state and what else the vendor tells are read, escapes and all")
    func code() throws {
        let callback = try #require(ConsentCallback(query: "code=a%2Fb+c&state=s%2D1&realmId=42&empty=&alone"))
        #expect(callback.answer == .code("a/b c"))
        #expect(callback.state == "s-1")
        #expect(callback.parameters == ["realmId": "42", "empty": "", "alone": ""])
    }

    @Test(
        "An error is what the standard's word means, and never a stranger's text",
        arguments: [
            ("access_denied", .denied), ("server_error", .away), ("temporarily_unavailable", .away),
            ("invalid_scope", .refused("invalid_scope")), ("hello%20there", .refused(nil)),
        ] as [(String, ConsentCallback.Answer)])
    func error(word: String, answer: ConsentCallback.Answer) throws {
        let callback = try #require(ConsentCallback(query: "error=\(word)&error_description=Buy%20now&state=s"))
        #expect(callback.answer == answer)
        #expect(callback.parameters.isEmpty)
        let both = try #require(ConsentCallback(query: "code=c&error=\(word)&state=s"))
        #expect(both.answer == answer, "an error counts for more than a code")
    }

    @Test(
        "What can be no answer is none",
        arguments: [
            nil, "", "code=c", "state=s", "code=&state=s", "code=c&state=", "code=c&code=d&state=s",
            "code=c&state=s&state=t", "code=%FF%FE&state=s", "code=c&state=s&x=" + String(repeating: "y", count: 9000),
            "code=c&state=s&" + (0..<40).map { "p\($0)=1" }.joined(separator: "&"),
        ] as [String?])
    func nothing(query: String?) {
        #expect(ConsentCallback(query: query) == nil)
    }

    @Test("A used state is used, whatever comes with it; then its time counts, then the answer")
    func verdicts() {
        var consent = Consent(
            id: CanonicalID(high: 1, low: 2), connection: ConnectionID("books"), stateDigest: [], askedBy: "ada",
            expiresAt: Instant(seconds: 1))
        #expect(ConsentVerdict(consent, .code("c")) == .exchange(code: "c"))
        #expect(ConsentVerdict(consent, .denied) == .end(.denied, .denied))
        #expect(ConsentVerdict(consent, .refused("invalid_scope")) == .end(.refused, .refused("invalid_scope")))
        #expect(ConsentVerdict(consent, .away) == .tell(.vendorAway))
        consent.isExpired = true
        #expect(ConsentVerdict(consent, .code("c")) == .tell(.expired))
        consent.usedAt = Instant(seconds: 1)
        consent.outcome = .connected
        #expect(ConsentVerdict(consent, .denied) == .tell(.used(.connected)))
    }

    @Test("An account is the one that the file names, else the one of the last consent; an unknown one is neither")
    func accounts() {
        #expect(ConsentVerdict.mismatch(named: "a", before: "b", found: "a") == nil)
        #expect(ConsentVerdict.mismatch(named: "a", before: "b", found: "b") == "a")
        #expect(ConsentVerdict.mismatch(named: nil, before: "b", found: "a") == "b")
        #expect(ConsentVerdict.mismatch(named: nil, before: nil, found: "a") == nil)
        #expect(ConsentVerdict.mismatch(named: nil, before: nil, found: nil) == nil)
        #expect(ConsentVerdict.mismatch(named: "a", before: nil, found: nil) == "a")
    }

    @Test("Every end has a page that says what to do, with nothing in it that a browser would run")
    func pages() {
        let results: [ConsentResult] = [
            .connected(account: "<b>\"7\"</b>", isNamed: false), .denied, .refused("invalid_grant"), .refused(nil),
            .unreadable, .otherAccount(expected: "1", found: "<i>"), .otherAccount(expected: "1", found: nil),
            .vendorAway, .expired, .used(.connected), .used(.denied), .unknown, .malformed, .unexpected, .notKept,
        ]
        for result in results {
            let page = ConsentPage(connection: ConnectionID("books"), title: "A & <B>", result: result)
            let text = page.html
            #expect(!text.contains("<B>") && !text.contains("<b>") && !text.contains("<i>"), "\(result)")
            #expect(!text.contains("src=") && !text.contains("href=") && !text.contains("<form"), "\(result)")
            if case .connected = result {
                #expect(page.status == .ok)
            } else {
                #expect(page.status.code >= 400, "\(result)")
            }
        }
        let denied = ConsentPage(connection: ConnectionID("books"), title: "Memory", result: .denied).html
        #expect(denied.contains("plumbline connections authorize books"))
    }
}
