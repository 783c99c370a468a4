import CanonicalModel
import SyncCore
import SyncPolicy
import Testing

extension RouteBatchTests {
    private func effect(_ kind: EffectKind, _ estate: Estate) throws -> CanonicalID {
        let found = estate.allEffects.filter { $0.kind == kind }
        #expect(found.count == 1)
        return try #require(found.first).id
    }

    @Test("The command that brings an effect about carries its id, and no other command does (R3.3, R6.6, R25.4)")
    func carriers() throws {
        var estate = try Estate()
        try completion(of: &estate)
        let job = try effect(.createJob, estate)
        let invoice = try effect(.createInvoice, estate)
        let won = try effect(.closeOpportunity, estate)
        #expect(estate.commands(to: fsm, .job).first?.effect == job)
        #expect(estate.commands(to: ledger, .invoice).first?.effect == invoice)
        #expect(estate.commands(to: crm, .opportunity).last?.effect == won)
        let carried = estate.commands.compactMap(\.effect).sorted()
        #expect(carried == [job, invoice, won].sorted(), "the customer, the site and the CRM's page carry none")
    }

    @Test(
        "A stage that is only told again is no change of the seller's: the sale is still won; one that is set anew is (R25.4)"
    )
    func restatedStage() throws {
        var estate = try Estate()
        try completion(of: &estate)
        estate.now = estate.now.advanced(bySeconds: 60)
        var again = estate.event(crm, .opportunity, "1", ["stage": .set(.choice("proposed"))])
        again.isRestatement = true
        let output = try estate.route(again)
        #expect(estate.record(crm, .opportunity, "1")?["stage"] == .choice("won"))
        let command = try #require(output.commands.values.first { $0.connection == crm && $0.entity == .opportunity })
        #expect(command.desired["stage"]?.value == .set(.choice("won")), "it has not come there yet")
        estate.now = estate.now.advanced(bySeconds: 60)
        try estate.route(estate.event(crm, .opportunity, "1", ["stage": .set(.choice("proposed"))]))
        #expect(estate.record(crm, .opportunity, "1")?["stage"] == .choice("proposed"))
    }

    @Test("A newer state within the batch carries the effect of the command that it covers (R3.4)")
    func coveredCarrier() throws {
        var estate = try Estate()
        try estate.route(estate.event(crm, .customer, "1", ["name": .set(.text("Miller"))], change: .created))
        try estate.route(
            estate.event(
                crm, .opportunity, "1",
                ["customer": Estate.native(.customer, "1"), "title": .set(.text("New roof"))], change: .created))
        let first = approved(estate, price: 100_000)
        estate.now = estate.now.advanced(bySeconds: 60)
        let output = try estate.route(first, approved(estate, id: "2", price: 130_000))
        let job = try #require(estate.records(.job).first)
        #expect(job["total"] == .money(Money(minorUnits: 130_000, currency: .usd)))
        let command = try #require(
            output.commands.values.first { $0.connection == fsm && $0.record == job.id })
        #expect(command.desired["lines"]?.value == job.fields["lines"]?.patchValue)
        #expect(command.effect == (try effect(.createJob, estate)))
    }

    @Test("A job that was made before its sale was known is noted for the sale, and nothing more is wanted for it")
    func notedEffect() throws {
        var estate = try Estate()
        try estate.route(estate.event(crm, .customer, "1", ["name": .set(.text("Miller"))], change: .created))
        var alone = approved(estate, price: 100_000)
        alone.fields["opportunity"] = nil
        try estate.route(alone)
        try estate.route(
            estate.event(
                crm, .opportunity, "1",
                ["customer": Estate.native(.customer, "1"), "title": .set(.text("New roof"))], change: .created))
        let output = try estate.route(approved(estate, price: 100_000))
        #expect(estate.records(.job).count == 1)
        #expect(estate.allEffects.map(\.isDone) == [false, true])
        #expect(output.effects.map(\.result) == estate.records(.job).map(\.id))
        #expect(output.commands.values.allSatisfy { $0.effect == nil })
    }
}
