import Testing

@testable import Postgres

@Suite("Decisions about migrations")
struct MigrationPlanTests {
    private let migrations = (1...3).map {
        Migration(number: $0, name: "add_thing_\($0)", up: "create table t\($0) ()", down: "drop table t\($0)")
    }

    private func applied(_ numbers: Int...) -> [MigrationPlan.Applied] {
        numbers.map { number in
            MigrationPlan.Applied(
                number: number, name: "add_thing_\(number)", checksum: migrations[number - 1].checksum)
        }
    }

    @Test("The next step leads up to all of them, or to the target, or down to it")
    func decidesSteps() throws {
        let fresh = MigrationPlan(expected: migrations, applied: [])
        #expect(try fresh.nextStep(towards: nil) == .up(migrations[0]))
        #expect(try fresh.nextStep(towards: 0) == nil)
        let half = MigrationPlan(expected: migrations, applied: applied(1, 2))
        #expect(try half.nextStep(towards: nil) == .up(migrations[2]))
        #expect(try half.nextStep(towards: 2) == nil)
        #expect(try half.nextStep(towards: 1) == .down(migrations[1]))
        #expect(try half.nextStep(towards: 0) == .down(migrations[1]))
        #expect(throws: MigrationError.self) { try half.nextStep(towards: 9) }
    }

    @Test("A mismatch shows expected and applied side by side and marks what differs")
    func showsMismatch() {
        var rows = applied(1, 2)
        rows[1].checksum = String(repeating: "0", count: 64)
        rows.append(MigrationPlan.Applied(number: 12, name: "from_the_future", checksum: "ffff"))
        let plan = MigrationPlan(expected: migrations, applied: rows)
        let error = #expect(throws: MigrationError.self) { try plan.check() }
        #expect(error?.code == .mismatch)
        let lines = error?.message.split(separator: "\n").map(String.init) ?? []
        #expect(lines.count == 6)
        #expect(lines[1].contains("expected") && lines[1].contains("applied"))
        #expect(lines[2].hasPrefix("  0001_add_thing_1"))
        #expect(lines[3].hasPrefix("! 0002_add_thing_2") && lines[3].contains("(00000000)"))
        #expect(lines[4].hasPrefix("! 0003_add_thing_3") && lines[4].hasSuffix("–"))
        #expect(lines[5].hasPrefix("! –") && lines[5].contains("0012_from_the_future"))
        #expect(throws: MigrationError.self) { try plan.nextStep(towards: nil) }
    }

    @Test("A check passes only when all are applied")
    func checksAll() throws {
        try MigrationPlan(expected: migrations, applied: applied(1, 2, 3)).check()
        #expect(throws: MigrationError.self) { try MigrationPlan(expected: migrations, applied: applied(1)).check() }
        #expect(throws: MigrationError.self) { try MigrationPlan(expected: [], applied: applied(1)).check() }
    }

    @Test("The checksum is the SHA-256 of the text that applies it")
    func hashes() {
        let empty = Migration(number: 1, name: "x", up: "", down: nil)
        #expect(empty.checksum == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }

    @Test("Two migrations of one number are refused")
    func refusesTwins() {
        #expect(throws: MigrationError.self) { try Migrator(migrations + [migrations[0]]) }
        #expect(throws: MigrationError.self) { try Migrator([Migration(number: 0, name: "x", up: "", down: nil)]) }
    }
}
