import Foundation
import RandomSupport
import Testing
import VendorHTTP

@Suite("Retry-After")
struct RetryAfterTests {
    @Test("Seconds are taken as they are, with the fraction that some vendors send")
    func seconds() {
        #expect(RetryAfter.delay("0", now: 0) == .zero)
        #expect(RetryAfter.delay(" 120\t", now: 0) == .seconds(120))
        #expect(RetryAfter.delay("1.5", now: 0) == .milliseconds(1500))
        #expect(RetryAfter.delay("2.0625", now: 0) == .milliseconds(2062))
        #expect(RetryAfter.delay("9999999999", now: 0) == .seconds(9_999_999_999))
    }

    @Test("A date in each of the three forms counts from now; one in the past means at once")
    func dates() {
        let now: Int64 = 784_111_777 - 30  // half a minute before the date
        for date in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            #expect(RetryAfter.delay(date, now: now) == .seconds(30), "\(date)")
            #expect(RetryAfter.delay(date, now: now + 100) == .zero, "\(date)")
        }
    }

    @Test(
        "What cannot be read is nil",
        arguments: [
            "", " ", "-1", "soon", "1e3", ".", "1.", ".5", "1.2.3", "99999999999", "Sun, 06 Nov 1994 08:49:37", "1 2",
            "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 1994 08:49:37 PST", "Sun, 06 Nov 19946 08:49:37 GMT",
        ])
    func unreadable(value: String) {
        #expect(RetryAfter.delay(value, now: 0) == nil)
    }

    @Test("Dates agree with Foundation", arguments: 0..<200 as Range<UInt64>)
    func foundation(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let seconds = Int64.random(in: 0..<4_000_000_000, using: &random)
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        let text = formatter.string(from: Date(timeIntervalSince1970: TimeInterval(seconds)))
        #expect(RetryAfter.delay(text, now: 0) == .seconds(seconds), "seed \(seed)")
    }

    @Test("A response gives the wait of its header")
    func response() {
        #expect(HTTPResponse(status: 429, headers: ["retry-after": "7"]).retryAfter(now: 0) == .seconds(7))
        #expect(HTTPResponse(status: 429).retryAfter(now: 0) == nil)
    }
}
