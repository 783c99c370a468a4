import Testing

@testable import SandboxKit

@Suite("Planned faults")
struct FaultPlanTests {
    @Test("A rule strikes as often as it says, after those it lets pass")
    func counting() {
        let plan = FaultPlan(seed: 1)
        plan.add(FaultRule(.loseAnswer, count: 2, skip: 1))
        let struck = (0..<5).map { _ in !plan.strike(method: "GET", path: "/a", body: []).isEmpty }
        #expect(struck == [false, true, true, false, false])
    }

    @Test("A rule strikes only what its method, path and text match")
    func matching() {
        let plan = FaultPlan(seed: 1)
        plan.add(FaultRule(.closeBefore, method: "post", path: "/crm/*/objects/**", contains: "Ann", count: nil))
        func strikes(_ method: String, _ path: String, _ body: String) -> Bool {
            !plan.strike(method: method, path: path, body: Array(body.utf8)).isEmpty
        }
        #expect(strikes("POST", "/crm/v3/objects/contacts/batch/create", "to Ann"))
        #expect(!strikes("GET", "/crm/v3/objects/contacts", "to Ann"))
        #expect(!strikes("POST", "/crm/v3/more/objects/contacts", "to Ann"))
        #expect(!strikes("POST", "/crm/v3/objects/contacts", "to Bob"))
    }

    @Test("A chance is the same for the same seed", arguments: [UInt64(1), 7, 42])
    func chance(seed: UInt64) {
        func run() -> [Bool] {
            let plan = FaultPlan(seed: 0)
            plan.add(FaultRule(.loseAnswer, count: nil, probability: 0.3), seed: seed)
            return (0..<200).map { _ in !plan.strike(method: "GET", path: "/", body: []).isEmpty }
        }
        let one = run()
        #expect(one == run())
        #expect((30...90).contains(one.count { $0 }))
    }

    @Test("Rules can be taken back")
    func removal() {
        let plan = FaultPlan(seed: 1)
        let id = plan.add(FaultRule(.loseAnswer))
        #expect(plan.remove(id))
        #expect(!plan.remove(id))
        #expect(plan.strike(method: "GET", path: "/", body: []).isEmpty)
    }

    @Test(
        "Patterns match as they say",
        arguments: [
            ("/a/*/c", "/a/b/c", true), ("/a/*/c", "/a/b/b/c", false), ("/a/**", "/a/b/b/c", true),
            ("/a", "/a/", false),
            ("**/search", "/crm/v3/objects/deals/search", true), ("/a*", "/abc", true), ("/a*", "/abc/d", false),
        ])
    func patterns(pattern: String, path: String, isMatch: Bool) {
        #expect(PathPattern(pattern).matches(path) == isMatch)
    }
}
