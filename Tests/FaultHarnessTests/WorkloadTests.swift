import Testing

@testable import Faults

@Suite("The people of a fault run")
struct WorkloadTests {
    @Test("the same seed gives the same steps", arguments: [3, 99] as [UInt64])
    func seeded(seed: UInt64) {
        let first = Workload(seed: seed, cases: 30, actions: 400)
        #expect(first == Workload(seed: seed, cases: 30, actions: 400))
        #expect(first != Workload(seed: seed + 1, cases: 30, actions: 400))
    }

    @Test(
        "there are as many steps as wanted, of every kind, and what is sold is planned, done and mostly paid in this order"
    )
    func complete() {
        let workload = Workload(seed: 5, cases: 60, actions: 900)
        let steps = workload.cases.flatMap(\.self)
        #expect(steps.count >= 900)
        #expect(Set(steps.map(\.kind)) == Set(Step.Kind.allCases))
        for steps in workload.cases {
            #expect(steps.first?.kind == .enterLead)
            let line = steps.map(\.kind).filter { [.enterLead, .sell, .planVisit, .closeJob].contains($0) }
            #expect(line == [.enterLead] || line == [.enterLead, .sell, .planVisit, .closeJob])
        }
    }

    @Test("people keep to the steps that they are given, and work as much and in the same order")
    func common() {
        let workload = Workload(seed: 5, cases: 60, actions: 900, steps: Contestant.commonSteps)
        let steps = workload.cases.flatMap(\.self)
        #expect(steps.count >= 900)
        #expect(Set(steps.map(\.kind)) == Contestant.commonSteps)
        #expect(workload.cases.allSatisfy { $0.first?.kind == .enterLead })
    }

    @Test("a customer is known by what its values begin with")
    func keys() {
        #expect(CaseKey(beginning: "c0007 m12q") == CaseKey(7))
        #expect(CaseKey(beginning: "c0007 wrong m12q")?.text == "c0007")
        #expect(CaseKey(beginning: "c00071 m12q") == nil)
        #expect(CaseKey(beginning: "Ann m12q") == nil)
    }
}
