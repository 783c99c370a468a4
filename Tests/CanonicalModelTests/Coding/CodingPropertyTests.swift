import CanonicalModel
import Testing

@Suite("Properties of the codec over all entities and types")
struct CodingPropertyTests {
    private static let versions = [SchemaVersion.oldest, .current]

    @Test("R11.2: an event comes back as it was, and equal events give equal bytes", arguments: 0..<15 as Range<UInt64>)
    func eventRoundTrip(seed: UInt64) throws {
        var generator = ModelGenerator(seed: seed)
        for entity in EntityKind.allCases {
            let event = generator.event(entity)
            let bytes = try EventCoding.encode(event, schema: .current)
            #expect(try EventCoding.decode(bytes) == event, "seed \(seed), \(entity)")
            var shuffled = event
            shuffled.fields = Patch(minimumCapacity: 200)
            for field in event.fields.keys.sorted().reversed() { shuffled.fields[field] = event.fields[field] }
            #expect(try EventCoding.encode(shuffled, schema: .current) == bytes, "seed \(seed), \(entity)")
        }
    }

    @Test("R11.8: a command comes back as it was; in version 1 without its origin", arguments: 0..<15 as Range<UInt64>)
    func commandRoundTrip(seed: UInt64) throws {
        var generator = ModelGenerator(seed: seed)
        for entity in EntityKind.allCases {
            let command = generator.command(entity)
            for schema in Self.versions {
                let bytes = try CommandCoding.encode(command, schema: schema)
                var expected = command
                if schema.number == 1 { expected.origin = nil }
                #expect(try CommandCoding.decode(bytes) == expected, "seed \(seed), \(entity), \(schema)")
                #expect(try CommandCoding.encode(command, schema: schema) == bytes, "seed \(seed), \(entity)")
            }
        }
    }

    @Test("R11.8: both versions of a message are read, and a program of the old release reads the old one alone")
    func versions() throws {
        var generator = ModelGenerator(seed: 27)
        let old = SchemaVersion(1)
        for entity in EntityKind.allCases {
            let (event, command) = (generator.event(entity), generator.command(entity))
            for schema in Self.versions {
                let bytes = try EventCoding.encode(event, schema: schema)
                #expect(try EventCoding.decode(bytes) == event)
                let asked = try CommandCoding.encode(command, schema: schema)
                #expect(EnvelopePeek.schemaVersion(of: bytes) == "\(schema.number)")
                #expect(EnvelopePeek.schemaVersion(of: asked) == "\(schema.number)")
                #expect(((try? EventCoding.decode(bytes, schema: old)) != nil) == (schema == old))
                #expect(((try? CommandCoding.decode(asked, schema: old)) != nil) == (schema == old))
            }
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
            let event = try EventCoding.encode(generator.event(entity), schema: .current)
            let command = try CommandCoding.encode(generator.command(entity), schema: .current)
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
