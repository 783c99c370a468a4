import Messaging
import RandomSupport
import Testing

@Suite("Correlation ids")
struct CorrelationIDTests {
    @Test("A fresh id has the form of a trace id, and differs each time", arguments: 0..<20)
    func fresh(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let one = CorrelationID(using: &random)
        let two = CorrelationID(using: &random)
        #expect(one != two)
        #expect(one.rawValue.utf8.count == 32)
        #expect(one.rawValue.allSatisfy { "0123456789abcdef".contains($0) })
        #expect(CorrelationID(rawValue: one.rawValue) == one)
    }

    @Test("A foreign id of visible characters is taken, another is not")
    func foreign() {
        #expect(CorrelationID(rawValue: "req-42/a")?.description == "req-42/a")
        for text in ["", "a b", "a\nb", "ä", String(repeating: "x", count: 129)] {
            #expect(CorrelationID(rawValue: text) == nil)
        }
    }
}
