import CanonicalModel
import Testing

@Suite("Properties of the codec over all entities and types")
struct CodingPropertyTests {
    @Test("R11.2: an event comes back as it was, and equal events give equal bytes", arguments: 0..<15 as Range<UInt64>)
    func eventRoundTrip(seed: UInt64) throws {
        var generator = ModelGenerator(seed: seed)
        for entity in EntityKind.allCases {
            let event = generator.event(entity)
            let bytes = try EventCoding.encode(event)
            #expect(try EventCoding.decode(bytes) == event, "seed \(seed), \(entity)")
            var shuffled = event
            shuffled.fields = Patch(minimumCapacity: 200)
            for field in event.fields.keys.sorted().reversed() { shuffled.fields[field] = event.fields[field] }
            #expect(try EventCoding.encode(shuffled) == bytes, "seed \(seed), \(entity)")
        }
    }

    @Test("A command comes back as it was", arguments: 0..<15 as Range<UInt64>)
    func commandRoundTrip(seed: UInt64) throws {
        var generator = ModelGenerator(seed: seed)
        for entity in EntityKind.allCases {
            let command = generator.command(entity)
            let bytes = try CommandCoding.encode(command)
            #expect(try CommandCoding.decode(bytes) == command, "seed \(seed), \(entity)")
            #expect(try CommandCoding.encode(command) == bytes, "seed \(seed), \(entity)")
        }
    }

    @Test("A value of every field of every entity comes back as it was", arguments: 0..<10 as Range<UInt64>)
    func fieldRoundTrip(seed: UInt64) throws {
        var generator = ModelGenerator(seed: seed)
        for declaration in ModelCatalog.entities {
            for field in declaration.fields {
                let value = generator.value(field.type)
                let bytes = try FieldCoding.encode(value, as: field.type)
                #expect(
                    try FieldCoding.decode(bytes, as: field.type) == value,
                    "seed \(seed), \(declaration.kind).\(field.name)")
            }
        }
    }

    @Test("Mutated bytes never crash: they give a value or a fault that says where", arguments: 0..<15 as Range<UInt64>)
    func mutations(seed: UInt64) throws {
        var generator = ModelGenerator(seed: seed &+ 1000)
        for entity in EntityKind.allCases {
            let event = try EventCoding.encode(generator.event(entity))
            let command = try CommandCoding.encode(generator.command(entity))
            for _ in 0..<12 {
                check(generator.mutated(event), seed) { bytes throws(CodingFault) in _ = try EventCoding.decode(bytes) }
                check(generator.mutated(command), seed) { bytes throws(CodingFault) in
                    _ = try CommandCoding.decode(bytes)
                }
            }
        }
    }

    private func check(_ bytes: [UInt8], _ seed: UInt64, _ decode: ([UInt8]) throws(CodingFault) -> Void) {
        _ = EnvelopePeek(bytes)
        do throws(CodingFault) {
            try decode(bytes)
        } catch {
            #expect(error.path.isEmpty || error.path.first == "/", "seed \(seed)")
            #expect(!error.expected.isEmpty && !error.found.isEmpty, "seed \(seed)")
            #expect(!(error.path.isEmpty && error.offset == nil), "seed \(seed): nowhere: \(error)")
            #expect((error.offset ?? 0) <= bytes.count, "seed \(seed)")
        }
    }
}

extension ModelGenerator {
    /// The bytes with one to three of them changed, removed, doubled, or the end cut off.
    mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0...below(3) where !bytes.isEmpty {
            let position = below(bytes.count)
            switch below(6) {
            case 0: bytes[position] = UInt8(truncatingIfNeeded: next())
            case 1: bytes.remove(at: position)
            case 2: bytes.insert(pick(Array("\"{}[]:,0-n".utf8)), at: position)
            case 3: bytes[position] ^= 1 << UInt8(below(8))
            case 4: bytes.removeSubrange(position..<min(bytes.count, position + 1 + below(20)))
            default: if chance(4) { bytes.removeLast(bytes.count - position) }
            }
        }
        return bytes
    }
}
