import CanonicalModel
import SyncCore
import Testing

@testable import SyncStore

@Suite("What rows keep as bytes comes back as it was")
struct CodingTests {
    @Test("A record of every entity, and equal records give equal bytes", arguments: 0..<25 as Range<UInt64>)
    func records(seed: UInt64) throws {
        var sample = Sample(seed: seed)
        for entity in EntityKind.allCases {
            let record = sample.record(entity, version: 7)
            let bytes = try RecordCoding.encode(record)
            #expect(try decode(bytes, like: record) == record, "seed \(seed), \(entity)")
            var shuffled = record
            shuffled.fields = [:]
            for field in record.fields.keys.sorted().reversed() { shuffled.fields[field] = record.fields[field] }
            #expect(try RecordCoding.encode(shuffled) == bytes, "seed \(seed), \(entity)")
        }
    }

    @Test("A shadow of every entity", arguments: 0..<25 as Range<UInt64>)
    func shadows(seed: UInt64) throws {
        var sample = Sample(seed: seed)
        for entity in EntityKind.allCases {
            let shadow = sample.shadow(entity)
            let bytes = try ShadowCoding.encode(shadow, of: entity)
            #expect(try decode(bytes, of: entity, like: shadow) == shadow, "seed \(seed), \(entity)")
        }
    }

    @Test("A field and a word that a newer build has written are kept, and written back as they were")
    func newerBuild() throws {
        var sample = Sample()
        var record = RecordState(id: sample.id(), entity: .job, version: 3)
        let provenance = sample.provenance()
        record.fields["title"] = FieldState(value: .text("Roof"), provenance: provenance)
        var text = String(decoding: try RecordCoding.encode(record), as: UTF8.self)
        text = text.replacing(
            #""fields":{"#,
            with:
                #""fields":{"drone_survey":{"v":{"hours":[1,2]},"p":0,"b":null,"q":0},"status":{"v":"teleported","p":0},"#
        )
        let read = try decode(Array(text.utf8), like: record)
        #expect(read.fields == record.fields)
        #expect(Set(read.unread.keys) == ["drone_survey", "status"])
        #expect(read.unread["drone_survey"]?.value == Array(#"{"hours":[1,2]}"#.utf8))
        #expect(read.unread["drone_survey"]?.base?.value == Array("null".utf8))
        #expect(read.unread["status"]?.provenance == provenance)
        let again = try decode(RecordCoding.encode(read), like: record)
        #expect(again == read)

        // A new value for what could not be read takes its place.
        var changed = read
        changed.set("status", to: .choice("scheduled"), provenance: provenance)
        let saved = try decode(RecordCoding.encode(changed), like: record)
        #expect(saved["status"] == .choice("scheduled"))
        #expect(Set(saved.unread.keys) == ["drone_survey"])
    }

    @Test("A shadow keeps what a newer build has written")
    func newerShadow() throws {
        let text = #"{"fields":{"name":"Ada","mood":["x"],"kind":"robot"}}"#
        let shadow = try decode(Array(text.utf8), of: .customer, like: Shadow(readAt: Instant(seconds: 1)))
        #expect(shadow.fields["name"] == .set(.text("Ada")))
        #expect(shadow.unread["mood"] == Array(#"["x"]"#.utf8))
        #expect(
            try decode(ShadowCoding.encode(shadow, of: .customer), of: .customer, like: shadow) == shadow)
    }

    @Test("Damaged bytes give an error or a record, never a crash", arguments: 0..<20 as Range<UInt64>)
    func damage(seed: UInt64) throws {
        var sample = Sample(seed: seed)
        let record = sample.record(.estimate)
        let shadow = sample.shadow(.invoice)
        let recordBytes = try RecordCoding.encode(record)
        let shadowBytes = try ShadowCoding.encode(shadow, of: .invoice)
        for _ in 0..<60 {
            _ = try? decode(damaged(recordBytes, &sample), like: record)
            _ = try? decode(damaged(shadowBytes, &sample), of: .invoice, like: shadow)
        }
    }

    @Test("A field that the entity does not have is refused before it is written")
    func foreignField() {
        var sample = Sample()
        var record = RecordState(id: sample.id(), entity: .customer)
        record.fields["no_such_field"] = FieldState(value: .flag(true), provenance: sample.provenance())
        #expect(throws: CodingFault.self) { try RecordCoding.encode(record) }
    }

    @Test("What a connection can do comes back as it was")
    func capabilities() throws {
        let capabilities = ConnectionCapabilities(
            connection: "crm", role: .crm,
            entities: [
                EntityCapability(
                    .customer, nativeType: "company", originates: true, creates: true, writes: ["name"],
                    reads: ["name", "email"], requiredAtCreate: ["name"], keepsExternalID: true,
                    createGuarantee: .detected(minutes: 5, by: "a search for our id")),
                EntityCapability(
                    .job, nativeType: "deal", placement: .embedded(in: "opportunity"), originates: false,
                    creates: true, writes: [], reads: [], keepsExternalID: false,
                    createGuarantee: .prevented(by: "the key")),
                EntityCapability(
                    .contact, nativeType: "Client",
                    placement: .embeddedIfFree(in: "customer", namedBy: "primary_contact"), originates: true,
                    creates: false, writes: [], reads: [], keepsExternalID: false, createGuarantee: .notApplicable),
                EntityCapability(
                    .site, nativeType: "Client", placement: .embeddedIfFree(in: "customer"), originates: true,
                    creates: false, writes: [], reads: [], keepsExternalID: false, createGuarantee: .notApplicable),
            ])
        let bytes = CapabilityCoding.encode(capabilities)
        let read = try CapabilityCoding.decode(bytes, connection: "crm", role: .crm)
        #expect(CapabilityCoding.encode(read) == bytes)
        #expect(read.entities[.job]?.placement == .embedded(in: "opportunity"))
        #expect(read.entities[.contact]?.placement == .embeddedIfFree(in: "customer", namedBy: "primary_contact"))
        #expect(read.entities[.site]?.placement == .embeddedIfFree(in: "customer"))
        #expect(read.entities[.customer]?.createGuarantee == .detected(minutes: 5, by: "a search for our id"))
    }

    private func decode(_ bytes: [UInt8], like record: RecordState) throws -> RecordState {
        try bytes.withUnsafeBufferPointer {
            try RecordCoding.decode($0, id: record.id, entity: record.entity, version: record.version)
        }
    }

    private func decode(_ bytes: [UInt8], of entity: EntityKind, like shadow: Shadow) throws -> Shadow {
        try bytes.withUnsafeBufferPointer {
            try ShadowCoding.decode($0, of: entity, versionToken: shadow.versionToken, readAt: shadow.readAt)
        }
    }

    private func damaged(_ bytes: [UInt8], _ sample: inout Sample) -> [UInt8] {
        var bytes = bytes
        switch sample.below(3) {
        case 0: bytes.removeLast(sample.below(bytes.count))
        case 1: bytes[sample.below(bytes.count)] = UInt8(truncatingIfNeeded: sample.next())
        default: bytes.insert(contentsOf: [0x22, 0x7b], at: sample.below(bytes.count))
        }
        return bytes
    }
}
