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
        #expect(try MigrationPlan(expected: migrations, applied: applied(1, 2, 3)).check() == .same)
        #expect(throws: MigrationError.self) { try MigrationPlan(expected: migrations, applied: applied(1)).check() }
        #expect(throws: MigrationError.self) { try MigrationPlan(expected: [], applied: applied(1)).check() }
    }

    /// What this build expects, and after it migrations that it does not know, from the fourth on.
    private func newer(servesFrom floors: Int?...) -> MigrationPlan {
        let unknown = floors.enumerated().map { place, floor in
            MigrationPlan.Applied(number: 4 + place, name: "unknown", checksum: "ffff", servesFrom: floor)
        }
        return MigrationPlan(expected: migrations, applied: applied(1, 2, 3) + unknown)
    }

    @Test("A newer database passes while it serves this build, and nothing is left to migrate")
    func acceptsNewer() throws {
        #expect(try newer(servesFrom: 1, 3).check() == .newer(last: "0005_unknown", servesFrom: 3))
        #expect(try newer(servesFrom: 1, 3).nextStep(towards: nil) == nil)
        // To a certain number is a way down, and nobody here knows how.
        #expect(throws: MigrationError.self) { try newer(servesFrom: 1).nextStep(towards: 3) }
    }

    @Test("A newer database that serves later builds only is refused, with what is known, what is served, what to do")
    func refusesOutdated() {
        for attempt in [
            { _ = try newer(servesFrom: 4, 1).check() }, { _ = try newer(servesFrom: 4, 1).nextStep(towards: nil) },
        ] {
            let error = #expect(throws: MigrationError.self) { try attempt() }
            #expect(error?.code == .outdated)
            #expect(
                error?.message
                    == "this program knows migrations up to 3, but the database is at 0005_unknown and serves programs that "
                    + "know migration 4; upgrade this program")
        }
    }

    @Test("A newer database that does not say what it serves is refused, and so is one that differs in what is known")
    func refusesDoubtful() {
        var edited = newer(servesFrom: 1).applied
        edited[1].checksum = "0000"
        var behind = newer(servesFrom: 1).applied
        behind.remove(at: 2)
        let doubtful = [
            newer(servesFrom: nil), newer(servesFrom: nil, 1), MigrationPlan(expected: migrations, applied: edited),
            MigrationPlan(expected: migrations, applied: behind),
        ]
        for plan in doubtful {
            for attempt in [{ _ = try plan.check() }, { _ = try plan.nextStep(towards: nil) }] {
                let error = #expect(throws: MigrationError.self) { try attempt() }
                #expect(error?.code == .mismatch)
            }
        }
        // A build that lost its migrations knows none, and no database serves that.
        let none = MigrationPlan(expected: [], applied: newer(servesFrom: 1, 1).applied.suffix(2))
        let error = #expect(throws: MigrationError.self) { try none.check() }
        #expect(error?.code == .outdated)
    }

    @Test("A migration tells in a line which programs it serves, and one that tells it wrongly is refused")
    func readsFloor() throws {
        func migration(_ up: String) -> Migration { Migration(number: 12, name: "x", up: up, down: nil) }
        #expect(try migration("-- why\nselect 1;").servesFrom == nil)
        #expect(try migration("-- why\n-- serves programs since: 0009\ndrop table t;").servesFrom == 9)
        #expect(try migration("-- serves programs since: 12\r\nselect 1;").servesFrom == 12)
        for wrong in [
            "-- serves programs since: 0013", "-- serves programs since: 0", "-- serves programs since 0009",
            "-- Serves programs since: some", "-- serves programs since: 0009, as seen",
            "-- serves programs since: 0009\n-- serves programs since: 0008",
        ] {
            let error = #expect(throws: MigrationError.self, "\(wrong)") { try Migrator([migration(wrong)]) }
            #expect(error?.code == .invalid)
            #expect(error?.message.hasPrefix("0012_x: ") == true)
        }
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
