import CanonicalModel
import RandomSupport
import SyncPolicy
import Testing

@Suite("The order of arrival does not matter")
struct ArrivalOrderTests {
    /// Five changes of one field by different systems, at different times, around the conflict window.
    private func changes(_ seed: UInt64, roles: [Role], values: [FieldValue]) -> [FieldChange] {
        var random = SeededGenerator(seed: seed)
        func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &random) }
        var times: Set<Int64> = []
        while times.count < 5 { times.insert(Int64(below(900))) }
        return times.sorted().map { second in
            DecisionCase.change(roles[below(roles.count)], values[below(values.count)], at: second)
        }
    }

    @Test(
        "R2.4, R25.9: value and conflicts come out the same in every order",
        arguments: ["owner_wins_in_window", "contact_proposal", "owner_wins", "two_way"])
    func windows(rule: String) throws {
        let clause = rule == "two_way" ? "two_way: true" : "on_conflict: \(rule)"
        let policy = try ShippedPolicy.changed(
            "phone: { owner: crm, flows_to: [fsm, ledger], on_conflict: contact_proposal }",
            to: "phone: { owner: crm, flows_to: [fsm, ledger], \(clause) }")
        for seed in 0..<10 as Range<UInt64> { try windows(policy, rule, seed) }
    }

    private func windows(_ policy: SourceOfTruth, _ rule: String, _ seed: UInt64) throws {
        let values: [FieldValue] = ["1", "2", "3", ""].map(FieldValue.text)
        let changes = changes(seed, roles: [.crm, .crm, .fsm], values: values)
        var outcomes: Set<String> = []
        for order in permutations(changes) {
            var field = DecisionCase(policy, .contact, "phone")
            for change in order { field.judge(change) }
            outcomes.insert("\(describe(field.current)) \(field.current?.changedAt.description ?? "")")
            // A second delivery of everything changes nothing.
            let before = field.current
            for change in order { field.judge(change) }
            #expect(field.current == before, "seed \(seed), \(rule)")
        }
        #expect(outcomes.count == 1, "seed \(seed), \(rule): \(outcomes.sorted())")
    }

    @Test("R5.8: a status comes out the same in every order", arguments: 0..<16 as Range<UInt64>)
    func statuses(seed: UInt64) throws {
        let policy = try ShippedPolicy.load()
        let words = ["scheduled", "started", "on_hold", "completed", "en_route", "cancelled"]
        let changes = changes(seed, roles: [.fsm, .fsm, .crm], values: words.map(FieldValue.choice))
        var outcomes: Set<String> = []
        for order in permutations(changes) {
            var field = DecisionCase(policy, .job, "status")
            for change in order { field.judge(change) }
            outcomes.insert(describe(field.current))
        }
        #expect(outcomes.count == 1, "seed \(seed): \(outcomes.sorted())")
    }

    @Test("R2.5: of two sides within the window the conflict shows in whatever order they arrive")
    func conflictsShow() throws {
        let policy = try ShippedPolicy.load()
        let changes = [
            DecisionCase.change(.crm, .text("a"), at: 0), DecisionCase.change(.fsm, .text("b"), at: 60),
            DecisionCase.change(.crm, .text("c"), at: 6000),
        ]
        for order in permutations(changes) {
            var field = DecisionCase(policy, .customer, "name")
            for change in order { field.judge(change) }
            #expect(field.current == changes[2])
            #expect(field.conflicts == [[changes[0], changes[1]]], "\(order.map(\.changedAt))")
        }
    }

    private func describe(_ change: FieldChange?) -> String {
        guard case .set(let value) = change?.value, value != .text("") else { return "nothing" }
        return "\(value)"
    }
}
