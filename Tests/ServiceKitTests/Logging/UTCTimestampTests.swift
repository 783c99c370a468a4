import Foundation
import RandomSupport
import Testing

@testable import ServiceKit

@Suite("A UTC timestamp")
struct UTCTimestampTests {
    @Test(
        "is written as RFC 3339 with milliseconds",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (1_709_251_199_999, "2024-02-29T23:59:59.999Z"), (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"), (253_402_300_799_000, "9999-12-31T23:59:59.000Z"),
        ] as [(Int64, String)])
    func known(milliseconds: Int64, text: String) {
        #expect(UTCTimestamp.text(milliseconds) == text)
    }

    @Test("agrees with Foundation on random instants", arguments: 0..<20 as Range<UInt64>)
    func random(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let milliseconds = Int64.random(in: 0..<4_000_000_000_000, using: &random)
            let date = Date(timeIntervalSince1970: Double(milliseconds / 1000))
            let expected = date.formatted(.iso8601).dropLast() + ".\(String(1000 + milliseconds % 1000).dropFirst())Z"
            #expect(UTCTimestamp.text(milliseconds) == String(expected), "seed \(seed)")
        }
    }
}
