import CanonicalModel
import SyncCore
import Testing

@Suite("Proposals whose events overtake each other") struct ProposalOrderTests {
    /// A customer with a telephone number, at work in the field.
    private func estate() throws -> (Estate, CanonicalID) {
        var estate = try Estate()
        try estate.route(
            estate.event(
                Estate.crm, .customer, "1", ["name": .set(.text("Miller")), "phone": .set(.text("1"))],
                change: .created))
        let id = try #require(estate.record(Estate.crm, .customer, "1")?.id)
        estate.link(id, at: Estate.fsm, .customer, "9")
        return (estate, id)
    }

    private func phones(_ estate: inout Estate, _ values: [String]) -> [CanonicalEvent] {
        values.map { value in
            estate.now = estate.now.advanced(bySeconds: 10)
            return estate.event(Estate.fsm, .customer, "9", ["phone": .set(.text(value))])
        }
    }

    private func key(_ id: CanonicalID) -> ProposalKey {
        ProposalKey(record: id, field: "phone", connection: Estate.fsm)
    }

    @Test("What its side proposed last is what is proposed, whichever event comes last (R2.5)")
    func replaced() throws {
        var (estate, id) = try estate()
        let events = phones(&estate, ["2", "3"])
        for event in events.reversed() { try estate.route(event) }
        #expect(estate.proposals[key(id)]?.proposed == .set(.text("3")))
    }

    @Test("A proposal that was taken back does not come again with an older event (R2.5)")
    func takenBack() throws {
        var (estate, id) = try estate()
        let events = phones(&estate, ["2", "1"])
        for event in events.reversed() { try estate.route(event) }
        #expect(estate.proposals[key(id)] == nil)
    }

    @Test("A proposal is answered when the owner says the same, also where the one who proposes was heard first (R2.5)")
    func answered() throws {
        var (estate, id) = try estate()
        try estate.route(phones(&estate, ["2"])[0])
        #expect(estate.proposals[key(id)]?.proposed == .set(.text("2")))
        estate.now = estate.now.advanced(bySeconds: 10)
        try estate.route(estate.event(Estate.crm, .customer, "1", ["phone": .set(.text("3"))]))
        #expect(estate.proposals[key(id)] != nil, "that is another value")
        estate.now = estate.now.advanced(bySeconds: 10)
        try estate.route(estate.event(Estate.crm, .customer, "1", ["phone": .set(.text("2"))]))
        #expect(estate.proposals[key(id)] == nil)
    }

    @Test("An older event that shows the owner's value takes nothing back (R2.5)")
    func kept() throws {
        var (estate, id) = try estate()
        let events = phones(&estate, ["2", "1", "3"])
        for event in [events[0], events[2], events[1]] { try estate.route(event) }
        #expect(estate.proposals[key(id)]?.proposed == .set(.text("3")))
        try estate.route(phones(&estate, ["1"])[0])
        #expect(estate.proposals[key(id)] == nil)
    }

    @Test("Of a proposal that one batch takes back and raises anew, or the other way round, the last word holds (R2.5)")
    func together() throws {
        var (estate, id) = try estate()
        try estate.route(phones(&estate, ["2"])[0])
        let raised = phones(&estate, ["1", "3"])
        var output = try estate.route(raised[0], raised[1])
        #expect(output.proposals.map(\.proposed) == [.set(.text("3"))])
        #expect(output.withdrawn.isEmpty)
        let takenBack = phones(&estate, ["4", "1"])
        output = try estate.route(takenBack[0], takenBack[1])
        #expect(output.proposals.isEmpty)
        #expect(output.withdrawn == [key(id)])
    }
}
