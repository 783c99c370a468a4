import CanonicalModel
import IntegrationSupport
import Postgres
import StoreSupport
import SyncCore
import SyncStore
import Testing

@testable import Reconciler

@Suite("Replays of messages and reads", .database)
struct ReplayedMessageTests {
    private func run(_ body: (ReplayBench) async throws -> Void) async throws {
        try await Estate.run { try await body(ReplayBench(estate: $0)) }
    }

    private func letter(_ message: StoredMessage, _ estate: Estate) -> DeadLetters.Letter {
        DeadLetters.Letter(
            id: estate.id(), source: .event, queue: message.queue, message: message.id, failureClass: .validation,
            code: "routing", failure: "no", fix: "mend it", attempts: 1, failedAt: estate.now, payload: message.body)
    }

    @Test(
        "A message is opened for its own queue alone, as the next generation, naming its letter; also where its row has left",
        arguments: [true, false])
    func message(isKept: Bool) async throws {
        try await run { bench in
            let (_, message) = try bench.estate.event(changedAt: bench.estate.now)
            if isKept {
                try await bench.pool.run(MessageTable.insert([message], lease: .zero))
                _ = try await bench.pool.run(MessageTable.settle([message.key]))
            }
            let letter = letter(message, bench.estate)
            try await bench.pool.run(DeadLetters.insert([letter]))
            let id = try await bench.start()
            try await bench.runner.run()
            #expect(bench.published.all == [message.id])
            let row = try await bench.pool.query(
                "select status, generation, exchange, routing_key, replay_of, body from message")[0]
            #expect(try row[0, as: Int.self] == 0 && row[1, as: Int.self] == 2 && row[2, as: String.self] == "")
            #expect(try row[3, as: String.self] == message.queue && row[4, as: CanonicalID.self] == letter.id)
            #expect(try row[5, as: [UInt8].self] == message.body)
            try await bench.runner.run()
            #expect(try await bench.replay(id).underWay == 1)
            // An old delivery that the broker still had has no effect; the new one has.
            #expect(try await bench.pool.run(MessageTable.settle([message.key])).isEmpty)
            #expect(try await bench.pool.run(MessageTable.settle([MessageKey(message.id, generation: 2)])).count == 1)
            try await bench.runner.run()
            #expect(try await bench.replay(id).state == .done)
            #expect(try await bench.letters(.replayed) == 1)
        }
    }

    @Test("A message that fails again in another way leaves one open letter")
    func fails() async throws {
        try await run { bench in
            let (_, message) = try bench.estate.event(changedAt: bench.estate.now)
            try await bench.pool.run(DeadLetters.insert([letter(message, bench.estate)]))
            let id = try await bench.start()
            try await bench.runner.run()
            var other = letter(message, bench.estate)
            other.code = "malformed"
            other.generation = 2
            _ = try await bench.pool.run(MessageTable.settle([MessageKey(message.id, generation: 2)]))
            try await bench.pool.run(DeadLetters.insert([other]))
            try await bench.runner.run()
            #expect(try await bench.replay(id).failed == 1)
            #expect(try await bench.letters(.open) == 1)
            #expect(try await bench.letters(.resolved) == 1)
        }
    }

    @Test("An object is read again, whole, and its letter ends when it was")
    func read() async throws {
        try await run { bench in
            let native = NativeReference(type: "company", id: "7")
            try await bench.pool.run(
                DeadLetters.insert([
                    DeadLetters.Letter(
                        id: bench.estate.id(), source: .read, connection: bench.estate.crm, native: native,
                        failureClass: .undecodable, code: "odd", failure: "odd", fix: "look", attempts: 1,
                        failedAt: bench.estate.now, payload: [])
                ]))
            let id = try await bench.start()
            try await bench.runner.run()
            try await bench.runner.run()
            #expect(try await bench.replay(id).underWay == 1)
            let claims = try await bench.pool.run(
                DirtyTable.claim(
                    of: bench.estate.crm, holder: "a", limit: 9, lease: .seconds(60), ceiling: .zero))
            #expect(claims.map(\.native) == [native])
            _ = try await bench.pool.run(DirtyTable.clear(claims))
            try await bench.runner.run()
            #expect(try await bench.replay(id).state == .done)
            #expect(try await bench.letters(.replayed) == 1)
        }
    }

    @Test("A letter that nobody can tell a queue of is left out, and stays open")
    func unknown() async throws {
        try await run { bench in
            let (_, message) = try bench.estate.event(changedAt: bench.estate.now)
            var letter = letter(message, bench.estate)
            letter.queue = nil
            try await bench.pool.run(DeadLetters.insert([letter]))
            let id = try await bench.start()
            for _ in 0..<2 { try await bench.runner.run() }
            let row = try await bench.replay(id)
            #expect(row.state == .done && row.skipped == 1 && row.opened == 0)
            #expect(try await bench.letters(.open) == 1)
        }
    }
}
