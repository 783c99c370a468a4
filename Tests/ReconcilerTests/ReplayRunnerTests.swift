import CanonicalModel
import IntegrationSupport
import Postgres
import StoreSupport
import SyncCore
import SyncStore
import Testing

@testable import Reconciler

@Suite("Replays of dead letters", .database)
struct ReplayRunnerTests {
    private func run(_ body: (ReplayBench) async throws -> Void) async throws {
        try await Estate.run { try await body(ReplayBench(estate: $0)) }
    }

    @Test("R17.7: after an outage all letters are replayed, 1, 2, 5, 20 … at a time, each once, behind live work")
    func ramp() async throws {
        try await run { bench in
            _ = try await bench.giveUp(60)
            let id = try await bench.start()
            #expect(try await bench.letters(.replaying) == 60)
            var opened: [Int] = []
            while try await bench.replay(id).state == .running {
                try await bench.runner.run()
                let priorities = try await bench.pool.query("select distinct priority from work where state = 'ready'")
                #expect(try priorities.allSatisfy { try $0[0, as: Int.self] == 2 })
                let count = try await bench.carryOut()
                if count > 0 { opened.append(count) }
            }
            #expect(opened == [1, 2, 5, 20, 32])
            let row = try await bench.replay(id)
            #expect(row.state == .done && row.succeeded == 60 && row.opened == 60 && row.failed + row.skipped == 0)
            #expect(try await bench.letters(.replayed) == 60)
            #expect(try await bench.generations() == [2], "each was opened once")
            let audit = try await bench.pool.query(
                "select count(distinct record), count(*) from audit where kind = 'operated' and actor = 'ada'")
            #expect(try audit[0][0, as: Int.self] == 60 && audit[0][1, as: Int.self] == 60)
        }
    }

    @Test("No more is under way than ends in about two steps, however wide the ramp is")
    func pace() async throws {
        try await run { bench in
            _ = try await bench.giveUp(60)
            let id = try await bench.start()
            try await bench.pool.execute("update replay set width = 500")
            try await bench.runner.run()
            #expect(try await bench.replay(id).underWay == ReplayPace.least)
            let work = try await bench.claim()
            try await bench.carryOut(Array(work.prefix(2)))
            try await bench.runner.run()
            #expect(try await bench.replay(id).underWay == ReplayPace.least, "what ends slowly is not heaped up")
            try await bench.carryOut(Array(work.dropFirst(2)) + bench.claim())
            try await bench.runner.run()
            #expect(try await bench.replay(id).underWay == 38, "what ends quickly goes on more quickly")
        }
    }

    @Test("A replay stops at its limit of failures; resumed it goes on, aborted it lets the rest go")
    func stops() async throws {
        try await run { bench in
            _ = try await bench.giveUp(10)
            let id = try await bench.start(limit: 2)
            var tried = 0
            for _ in 0..<6 {
                try await bench.runner.run()
                tried += try await bench.refuse(.validation, "bad").count
            }
            var row = try await bench.replay(id)
            #expect(tried == 2 && row.state == .stopped && row.failed == 2 && row.waiting == 8)
            #expect(row.note?.contains("2 failures") == true)
            #expect(try await bench.letters(.open) == 2)
            #expect(try await bench.letters(.replaying) == 8)

            #expect(try await bench.pool.run(Replays.move(id, from: [.stopped], to: .running, note: nil)))
            try await bench.runner.run()
            try await bench.carryOut()
            try await bench.runner.run()
            row = try await bench.replay(id)
            #expect(row.state == .running && row.succeeded == 1 && row.failures == 0 && row.underWay == 2)

            #expect(try await bench.pool.run(Replays.move(id, from: [.running], to: .aborted, note: nil)))
            _ = try await bench.pool.run(Replays.release(id))
            #expect(try await bench.letters(.open) == 2 + 5)
            #expect(try await bench.letters(.replaying) == 2)
            // What had begun ends by itself, and its letters with it.
            try await bench.carryOut()
            try await bench.runner.run()
            row = try await bench.replay(id)
            #expect(row.state == .aborted && row.succeeded == 3 && row.waiting == 0 && row.underWay == 0)
            #expect(try await bench.letters(.replaying) == 0)
        }
    }

    @Test("While it is paused nothing is opened, and what is under way is noted")
    func paused() async throws {
        try await run { bench in
            _ = try await bench.giveUp(3)
            let id = try await bench.start()
            try await bench.runner.run()
            #expect(try await bench.pool.run(Replays.move(id, from: [.running], to: .paused, note: "lunch")))
            try await bench.carryOut()
            for _ in 0..<3 { try await bench.runner.run() }
            let row = try await bench.replay(id)
            #expect(row.state == .paused && row.succeeded == 1 && row.opened == 1 && row.note == "lunch")
            #expect(try await !bench.pool.run(Replays.move(id, from: [.running], to: .paused, note: nil)))
        }
    }

    @Test("Of several replays that ask at once for the same letters, each letter is in one, and is opened once")
    func race() async throws {
        try await run { bench in
            _ = try await bench.giveUp(40)
            let totals = try await withThrowingTaskGroup(of: Int.self) { group in
                for name in ["ada", "bob", "eve"] {
                    group.addTask {
                        try await bench.pool.run(
                            Replays.start(
                                bench.estate.id(), DeadLetters.Filter(), by: name, reason: "x", filterText: "all",
                                failureLimit: 5))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(totals.reduce(0, +) == 40)
            let items = try await bench.pool.query("select count(*), count(distinct letter) from replay_item")
            #expect(try items[0][0, as: Int.self] == 40 && items[0][1, as: Int.self] == 40)
            // And several runners at once, as when a lease changes hands.
            for _ in 0..<8 {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<3 { group.addTask { try await bench.runner.run() } }
                    try await group.waitForAll()
                }
                try await bench.carryOut()
            }
            #expect(try await bench.generations() == [2])
            #expect(try await bench.letters(.replayed) == 40)
        }
    }

    @Test("A runner that is killed anywhere loses nothing: another goes on, and nothing is opened twice")
    func killed() async throws {
        try await run { bench in
            _ = try await bench.giveUp(30)
            let id = try await bench.start()
            var steps = 0
            while try await bench.replay(id).state == .running, steps < 200 {
                let runner = Task { try await bench.runner.run() }
                // Some are killed before they begin, some in the middle, some after the end.
                for _ in 0..<(steps % 7) { await Task.yield() }
                if steps % 3 != 0 { runner.cancel() }
                _ = await runner.result
                try await bench.carryOut()
                steps += 1
            }
            let row = try await bench.replay(id)
            #expect(row.state == .done && row.succeeded == 30)
            #expect(try await bench.generations() == [2])
        }
    }

    @Test("A newer live command before the letter's turn: the work is left to it, and the letter closes with it")
    func newerFirst() async throws {
        try await run { bench in
            let letters = try await bench.giveUp(1)
            let record = try #require(letters[0].record)
            let id = try await bench.start()
            try await bench.accept([bench.command(record, version: 2, name: "newer")])
            try await bench.runner.run()
            let work = try await bench.claim()
            #expect(work.count == 1 && work[0].version.version == 2 && work[0].version.generation == 1)
            #expect(try await bench.pool.query("select priority from work")[0][0, as: Int.self] == 1)
            try await bench.carryOut(work)
            try await bench.runner.run()
            #expect(try await bench.replay(id).state == .done)
            #expect(try await bench.letters(.open) == 0)
            #expect(try await bench.letters(.replaying) == 0)
        }
    }

    @Test("A newer live command after the letter was opened takes its place, at its own priority")
    func newerAfter() async throws {
        try await run { bench in
            let letters = try await bench.giveUp(1)
            let record = try #require(letters[0].record)
            let id = try await bench.start()
            try await bench.runner.run()
            let old = try await bench.claim()
            try await bench.accept([bench.command(record, version: 2, name: "newer")])
            try await bench.carryOut(old)
            // The old outcome says nothing of the newer state.
            let work = try await bench.pool.query("select state, version, priority from work")
            #expect(try work[0][0, as: String.self] == "ready" && work[0][1, as: Int.self] == 2)
            #expect(try work[0][2, as: Int.self] == 1)
            try await bench.runner.run()
            #expect(try await bench.replay(id).state == .running)
            try await bench.carryOut()
            try await bench.runner.run()
            #expect(try await bench.replay(id).state == .done)
            #expect(try await bench.letters(.replayed) == 1)
        }
    }

    @Test("What fails again in the same way is the same letter; in another way, the new letter takes its place")
    func failsAgain() async throws {
        try await run { bench in
            let letters = try await bench.giveUp(1)
            let id = try await bench.start(limit: 5)
            try await bench.runner.run()
            _ = try await bench.refuse(.validation, "bad")
            try await bench.runner.run()
            #expect(try await bench.replay(id).state == .done)
            #expect(try await bench.replay(id).failed == 1)
            let row = try #require(try await bench.pool.run(DeadLetters.find(letters[0].id, payload: false)))
            #expect(row.state == .open && row.letter.attempts == 2)

            let second = try await bench.start(limit: 5)
            try await bench.runner.run()
            let other = try await bench.refuse(.validation, "worse")
            try await bench.runner.run()
            #expect(try await bench.replay(second).failed == 1)
            let old = try #require(try await bench.pool.run(DeadLetters.find(letters[0].id, payload: false)))
            #expect(old.state == .resolved && old.closing?.reason?.contains("\(other[0].id)") == true)
            #expect(try await bench.letters(.open) == 1)
        }
    }

    @Test("Work that waits for a parent holds no place in the ramp, and its letter is open until the work is done")
    func waits() async throws {
        try await run { bench in
            _ = try await bench.giveUp(1)
            let id = try await bench.start()
            try await bench.runner.run()
            let work = try await bench.claim()
            _ = try await bench.pool.run(
                WorkTable.settle(
                    work.map { WorkResult($0.version, .waiting(.init(nil, code: "waits", text: "for a site"))) }))
            try await bench.runner.run()
            let row = try await bench.replay(id)
            #expect(row.state == .done && row.skipped == 1 && row.skippedOpened == 1)
            #expect(try await bench.letters(.open) == 1)
        }
    }
}
