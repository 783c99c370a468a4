import CanonicalModel
import SyncCore
import Testing

@Suite("What is still to be sent") struct EgressStepTests {
    private let record = CanonicalID(high: 1, low: 1)
    private let capability = EntityCapability(
        .customer, nativeType: "client", originates: true, creates: true, writes: ["name", "phone", "status"],
        reads: [], keepsExternalID: true, createGuarantee: .notApplicable)

    private func shadow(_ fields: Patch) -> Shadow {
        Shadow(fields: fields, externalID: record, readAt: Instant(seconds: 0))
    }

    private func difference(
        _ desired: [FieldName: SyncCommand.Desired], _ shadow: Shadow?, held: Set<FieldName> = []
    ) -> EgressStep.Difference {
        EgressStep.difference(record: record, desired: desired, shadow: shadow, capability: capability, held: held)
    }

    @Test("Only what differs from what the system shows is sent")
    func onlyDifferences() {
        let result = difference(
            ["name": .init(.set(.text("A"))), "phone": .init(.set(.text("2")))],
            shadow(["name": .set(.text("A")), "phone": .set(.text("1"))]))
        #expect(result.changes == ["phone": .set(.text("2"))])
        #expect(!result.needsExternalID)
    }

    @Test("A value that the system has changed itself since is not overwritten")
    func condition() {
        let result = difference(
            ["status": .init(.set(.choice("active")), onlyIf: .set(.choice("lead")))],
            shadow(["status": .set(.choice("inactive"))]))
        #expect(result.isEmpty)
        #expect(result.superseded == ["status"])
    }

    @Test("A field that the vendor refused is held, and the others go")
    func held() {
        let result = difference(
            ["name": .init(.set(.text("B"))), "phone": .init(.set(.text("bad")))],
            shadow(["name": .set(.text("A"))]), held: ["phone"])
        #expect(result.changes == ["name": .set(.text("B"))])
    }

    @Test("A field that the vendor does not have is named, not sent")
    func unsupported() {
        let result = difference(["website": .init(.set(.text("x")))], shadow([:]))
        #expect(result.isEmpty)
        #expect(result.unsupported == ["website"])
    }

    @Test("An object that does not bear our id yet gets it")
    func externalID() {
        #expect(difference([:], nil).needsExternalID)
    }
}
