import CanonicalModel
import SyncCore
import Testing

@Suite("What was read, compared with the shadow") struct IngestStepTests {
    private let native = NativeReference(type: "company", id: "1")
    private let now = Instant(seconds: 1_800_000_000)

    private func observation(_ fields: Patch, archived: Bool = false) -> Observation {
        Observation(entity: .customer, native: native, fields: fields, isArchived: archived)
    }

    @Test("The first sight of an object brings all its fields, but none that are empty")
    func first() {
        let result = IngestStep.compare(
            observation(["name": .set(.text("A")), "phone": .clear]), with: nil, readAt: now)
        #expect(result.change?.kind == .created)
        #expect(result.change?.fields == ["name": .set(.text("A"))])
    }

    @Test("Our own write coming back says nothing, any number of times (R13.11)")
    func echo() {
        let shadow = Shadow(fields: ["name": .set(.text("A")), "phone": .clear], readAt: now)
        for _ in 0..<3 {
            let result = IngestStep.compare(
                observation(["name": .set(.text("A")), "phone": .clear]), with: shadow, readAt: now)
            #expect(result.change == nil)
        }
    }

    @Test("A cleared field is told as cleared, and one that was not read is not told")
    func threeValues() {
        let shadow = Shadow(fields: ["name": .set(.text("A")), "phone": .set(.text("1"))], readAt: now)
        let result = IngestStep.compare(observation(["phone": .clear]), with: shadow, readAt: now)
        #expect(result.change?.fields == ["phone": .clear])
        #expect(result.shadow.fields["name"] == .set(.text("A")))
    }

    @Test("An archived object is told once")
    func archived() {
        let first = IngestStep.compare(observation([:], archived: true), with: Shadow(readAt: now), readAt: now)
        #expect(first.change?.kind == .archived)
        #expect(IngestStep.compare(observation([:], archived: true), with: first.shadow, readAt: now).change == nil)
    }
}
