import CanonicalModel
import Foundation
import RandomSupport
import Testing

@Suite("JSON: properties, against Foundation")
struct JSONPropertyTests {
    private static let letters: [Character] = Array("ab \"\\/\n\t\u{0}\u{1f}\u{7f}é€😀\u{2028}{}[],:0e-.")

    private func text(_ random: inout SeededGenerator) -> String {
        String(
            (0..<Int.random(in: 0...20, using: &random)).map { _ in Self.letters.randomElement(using: &random) ?? "x" })
    }

    private func value(_ random: inout SeededGenerator, depth: Int = 0) -> JSONValue {
        switch Int.random(in: 0..<(depth < 5 ? 8 : 6), using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2: return .int(Int64.random(in: .min ... .max, using: &random))
        case 3: return .int(Int64.random(in: -1000...1000, using: &random))
        case 4, 5: return .string(text(&random))
        case 6:
            return .array((0..<Int.random(in: 0...6, using: &random)).map { _ in value(&random, depth: depth + 1) })
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0...25, using: &random) {
                object[text(&random)] = value(&random, depth: depth + 1)
            }
            return .object(object)
        }
    }

    /// The value as Foundation would have parsed it.
    private func foundation(_ value: JSONValue) -> NSObject {
        switch value {
        case .null: NSNull()
        case .bool(let flag): NSNumber(value: flag)
        case .number(let number): number.int64.map { NSNumber(value: $0) } ?? NSDecimalNumber(string: number.text)
        case .string(let text): NSString(string: text)
        case .array(let elements): NSArray(array: elements.map(foundation))
        case .object(let object):
            NSDictionary(
                dictionary: Dictionary(uniqueKeysWithValues: object.members.map { ($0.key, foundation($0.value)) }))
        }
    }

    /// Compares value by value: collections that Foundation has parsed and ones built by hand are not always equal to it.
    private func matches(_ value: JSONValue, _ theirs: Any) -> Bool {
        switch value {
        case .null: return theirs is NSNull
        case .bool(let flag): return (theirs as? NSNumber)?.boolValue == flag
        case .number(let number): return (theirs as? NSNumber)?.int64Value == number.int64
        case .string(let text): return (theirs as? String).map { Array($0.utf8) == Array(text.utf8) } ?? false
        case .array(let elements):
            guard let theirs = theirs as? [Any], theirs.count == elements.count else { return false }
            return zip(elements, theirs).allSatisfy { matches($0, $1) }
        case .object(let object):
            guard let theirs = theirs as? [String: Any], theirs.count == object.count else { return false }
            return object.members.allSatisfy { member in theirs[member.key].map { matches(member.value, $0) } ?? false }
        }
    }

    private func parsed(_ bytes: [UInt8]) -> Result<JSONValue, JSONError> {
        Result { () throws(JSONError) in try JSONValue(parsing: bytes) }
    }

    @Test("What we write, we and Foundation read back as the same value", arguments: 0..<60 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let value = value(&random)
        let bytes = value.serialised()
        #expect(try JSONValue(parsing: bytes) == value, "seed \(seed)")
        let theirs = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
        #expect(matches(value, theirs), "seed \(seed)")
    }

    @Test("What Foundation writes, we read as the same value", arguments: 100..<140 as Range<UInt64>)
    func foundationWrites(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let value = value(&random)
        let options: JSONSerialization.WritingOptions =
            seed % 2 == 0 ? [.fragmentsAllowed] : [.fragmentsAllowed, .prettyPrinted]
        let data = try JSONSerialization.data(withJSONObject: foundation(value), options: options)
        #expect(try JSONValue(parsing: Array(data)) == value, "seed \(seed)")
    }

    @Test(
        "Documents damaged at random never crash; what we accept, Foundation accepts",
        arguments: 200..<230 as Range<UInt64>)
    func mutations(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let original = value(&random).serialised()
        for round in 0..<150 {
            let damaged = damage(original, &random)
            guard case .success(let value) = parsed(damaged) else { continue }
            #expect(try JSONValue(parsing: value.serialised()) == value, "seed \(seed) round \(round)")
            // Foundation refuses numbers that it cannot hold; we keep their text.
            let hasHugeNumber = damaged.contains(UInt8(ascii: "e")) || damaged.contains(UInt8(ascii: "E"))
            let theirs = try? JSONSerialization.jsonObject(with: Data(damaged), options: .fragmentsAllowed)
            #expect(theirs != nil || hasHugeNumber, "seed \(seed) round \(round): \(value.jsonText)")
        }
    }

    @Test("Skipping accepts exactly the documents that parsing accepts", arguments: 300..<320 as Range<UInt64>)
    func skipping(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let original = value(&random).serialised()
        for round in 0..<100 {
            let damaged = damage(original, &random)
            let skipped = Result { () throws(JSONError) in
                try JSONReader.read(damaged) { reader throws(JSONError) in try reader.skip() }
            }
            switch (parsed(damaged), skipped) {
            case (.success, .success): break
            case (.failure(let left), .failure(let right)): #expect(left == right, "seed \(seed) round \(round)")
            default: Issue.record("parsing and skipping disagree, seed \(seed) round \(round)")
            }
        }
    }

    private func damage(_ original: [UInt8], _ random: inout SeededGenerator) -> [UInt8] {
        var bytes = original
        let interesting = Array("\"\\{}[],:0-1.eEutfn \u{0}\u{1f}é".utf8) + [0xff, 0xc0, 0xed, 0xa0, 0x80, 0xf4]
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            let position = Int.random(in: 0...bytes.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: bytes.removeLast(bytes.count - position)
            case 1 where position < bytes.count: bytes.remove(at: position)
            case 2 where position < bytes.count: bytes[position] = interesting.randomElement(using: &random) ?? 0
            case 3 where position < bytes.count: bytes[position] = UInt8.random(in: 0...255, using: &random)
            default: bytes.insert(interesting.randomElement(using: &random) ?? 0, at: position)
            }
        }
        return bytes
    }
}
