import CanonicalModel
import IntegrationSupport
import Postgres
import SyncCore
import SyncStore
import Testing

@Suite("Replays in the database", .database)
struct ReplaysTests {
    private func letters(_ count: Int, _ sample: inout Sample) -> [DeadLetters.Letter] {
        (0..<count).map { number in
            DeadLetters.Letter(
                id: sample.newID(), source: .work, connection: "fsm", entity: .customer, record: sample.newID(),
                failureClass: .validation, code: "bad", failure: "customer \(number) is bad", fix: "mend it",
                attempts: 1, failedAt: Instant(seconds: 1_700_000_000 + Int64(number)), payload: [])
        }
    }

    private func start(_ id: CanonicalID, _ ids: [CanonicalID]? = nil) -> Statement<Int> {
        var filter = DeadLetters.Filter()
        filter.ids = ids
        return Replays.start(id, filter, by: "ada", reason: "x", filterText: "all", failureLimit: 3)
    }

    private func states(_ pool: PostgresPool) async throws -> [String: Int] {
        try await pool.query("select state, count(*) from dead_letter group by state").reduce(into: [:]) {
            $0[try $1[0, as: String.self]] = try $1[1, as: Int.self]
        }
    }

    @Test(
        "Of two replays that ask for the same letters, whichever comes first gets them all", arguments: [false, true])
    func twoAtOnce(overlaps: Bool) async throws {
        try await withStore { pool in
            var sample = Sample()
            let letters = letters(20, &sample)
            try await pool.run(DeadLetters.insert(letters))
            let (one, two) = (sample.newID(), sample.newID())
            let some = overlaps ? Array(letters.map(\.id).reversed().prefix(15)) : nil
            let meeting = try await pool.meet(
                { try await $0.run(start(one)) }, { try await $0.run(start(two, some)) })
            #expect(try meeting.first.get() == 20)
            #expect(try meeting.second.get() == 0)
            #expect(meeting.secondWaited)
            #expect(try await pool.run(Replays.find(two)) == nil, "a replay of nothing is none")
            #expect(try await pool.run(Replays.find(one))?.waiting == 20)
        }
    }

    @Test("A letter that is archived while a replay asks for it is in one of the two", arguments: [false, true])
    func archivedMeanwhile(archiveFirst: Bool) async throws {
        try await withStore { pool in
            var sample = Sample()
            try await pool.run(DeadLetters.insert(letters(5, &sample)))
            let id = sample.newID()
            let archive = DeadLetters.archive(DeadLetters.Filter(), money: false, by: "bob", reason: "x")
            if archiveFirst {
                let meeting = try await pool.meet(
                    { try await $0.run(archive) }, { try await $0.run(start(id)) })
                #expect(try meeting.first.get().letters.count == 5)
                #expect(try meeting.second.get() == 0)
                #expect(try await states(pool) == ["archived": 5])
            } else {
                let meeting = try await pool.meet(
                    { try await $0.run(start(id)) }, { try await $0.run(archive) })
                #expect(try meeting.first.get() == 5)
                #expect(try meeting.second.get().letters.isEmpty)
                #expect(try await states(pool) == ["replaying": 5])
            }
        }
    }

    @Test("How letters under way stand is looked up one by one, however many other letters are open")
    func looksUpByIndex() async throws {
        try await withStore { pool in
            var sample = Sample()
            let letters = letters(3000, &sample)
            try await pool.run(DeadLetters.insert(letters))
            let id = sample.newID()
            let some = letters.prefix(100).map(\.id)
            #expect(try await pool.run(start(id, some)) == 100)
            try await pool.run([
                Replays.open(some, of: id).discarded, Replays.note(opened: some, skipped: [], of: id),
            ])
            try await pool.execute("analyze dead_letter")
            #expect(try await pool.run(Replays.underWay(id)).count == 100)
            let plan = try await pool.query("explain " + Replays.underWay(id).sql)
                .map { try $0[0, as: String.self] }.joined(separator: "\n")
            for index in ["dead_letter_record", "dead_letter_native", "dead_letter_message"] {
                #expect(plan.contains("using \(index)"), "\(plan)")
            }
            #expect(!plan.contains("using dead_letter_state") && !plan.contains("Seq Scan on dead_letter o"), "\(plan)")
        }
    }

    @Test("What fails again before its turn waits on; once opened it is open again, and never a second letter")
    func failsAgain() async throws {
        try await withStore { pool in
            var sample = Sample()
            var letters = letters(1, &sample)
            try await pool.run(DeadLetters.insert(letters))
            let id = sample.newID()
            _ = try await pool.run(start(id))
            letters[0].id = sample.newID()
            try await pool.run(DeadLetters.insert(letters))
            #expect(try await states(pool) == ["replaying": 1])
            let item = try #require(try await pool.run(Replays.next(id, limit: 5)).first)
            #expect(item.isOurs && !item.isEdited)
            #expect(try await pool.run(Replays.open([item.letter.id], of: id)).count == 1)
            #expect(try await pool.run(Replays.open([item.letter.id], of: id)).isEmpty, "it is opened once")
            letters[0].id = sample.newID()
            try await pool.run(DeadLetters.insert(letters))
            #expect(try await states(pool) == ["open": 1])
            let attempts = try await pool.query("select attempts from dead_letter")
            #expect(try attempts[0][0, as: Int.self] == 3)
        }
    }

    @Test("A replay is paused, resumed and aborted from the states that allow it, by one person at a time")
    func moves() async throws {
        try await withStore { pool in
            var sample = Sample()
            try await pool.run(DeadLetters.insert(letters(3, &sample)))
            let id = sample.newID()
            _ = try await pool.run(start(id))
            #expect(try await pool.run(Replays.list(all: false, limit: 5)).map(\.id) == [id])
            let pause = Replays.move(id, from: [.running], to: .paused, note: "x")
            let meeting = try await pool.meet({ try await $0.run(pause) }, { try await $0.run(pause) })
            #expect(try meeting.first.get())
            #expect(try !meeting.second.get())
            #expect(try await pool.run(Replays.move(id, from: [.paused], to: .aborted, note: nil)))
            #expect(try await pool.run(Replays.release(id)) == 3)
            #expect(try await states(pool) == ["open": 3])
            #expect(try await pool.run(Replays.list(all: false, limit: 5)).isEmpty)
            let row = try #require(try await pool.run(Replays.list(all: true, limit: 5)).first)
            #expect(row.state == .aborted && row.skipped == 3 && row.waiting == 0 && row.underWay == 0)
            #expect(try await pool.run(Replays.failures(of: id, limit: 9)).count == 3)
        }
    }
}
