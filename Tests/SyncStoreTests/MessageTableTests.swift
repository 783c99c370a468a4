import CanonicalModel
import IntegrationSupport
import Messaging
import Postgres
import SyncStore
import Testing

@Suite("Messages in the database", .database)
struct MessageTableTests {
    @Test("R13.3: a message is settled once, whichever of two replicas comes first", arguments: [false, true])
    func settledOnce(opposite: Bool) async throws {
        try await withStore { pool in
            var sample = Sample()
            let messages = (0..<20).map { _ in sample.message() }
            try await pool.run(MessageTable.insert(messages, lease: .seconds(30)))
            let keys = messages.map(\.key)
            let meeting = try await pool.meet(
                { try await $0.run(MessageTable.settle(keys)) },
                { try await $0.run(MessageTable.settle(opposite ? keys.reversed() : keys)) })
            #expect(try meeting.first.get() == Set(messages.map(\.id)))
            #expect(try meeting.second.get().isEmpty)
            #expect(meeting.secondWaited)
        }
    }

    @Test("Two batches that overlap in opposite order never wait for each other in a circle")
    func oppositeBatches() async throws {
        try await withStore { pool in
            var sample = Sample()
            let messages = (0..<200).map { _ in sample.message() }
            try await pool.run(MessageTable.insert(messages, lease: .seconds(30)))
            let keys = messages.map(\.key)
            let settled = try await withThrowingTaskGroup(of: Set<CanonicalID>.self) { group in
                for replica in 0..<4 {
                    let mine = replica % 2 == 0 ? keys : keys.reversed()
                    group.addTask {
                        try await pool.withTransaction(retries: 0) { transaction in
                            var all: Set<CanonicalID> = []
                            // In two steps, so that the second lock is taken while the first is held.
                            all.formUnion(try await transaction.run(MessageTable.settle(mine)))
                            return all
                        }
                    }
                }
                return try await group.reduce(into: [CanonicalID]()) { $0 += $1 }
            }
            #expect(settled.count == 200)
            #expect(Set(settled).count == 200)
        }
    }

    @Test("A delivery of an older generation has no effect after a replay, before or after the new one came")
    func oldGeneration() async throws {
        try await withStore { pool in
            var sample = Sample()
            let message = sample.message()
            try await pool.run(MessageTable.insert([message], lease: .seconds(30)))
            #expect(try await pool.run(MessageTable.settle([message.key])) == [message.id])
            let generations = try await pool.run(MessageTable.reopen([message]))
            #expect(generations == [message.id: 2])
            #expect(try await pool.run(MessageTable.settle([message.key])).isEmpty)
            #expect(try await pool.run(MessageTable.settle([MessageKey(message.id, generation: 2)])) == [message.id])
            #expect(try await pool.run(MessageTable.settle([message.key])).isEmpty)
        }
    }

    @Test("A replay writes a message anew whose row has left with its partition")
    func reopenedWithoutRow() async throws {
        try await withStore { pool in
            var sample = Sample()
            let message = sample.message(generation: 4)
            let generations = try await pool.run(MessageTable.reopen([message]))
            #expect(generations == [message.id: 5])
            #expect(try await pool.run(MessageTable.settle([MessageKey(message.id, generation: 5)])) == [message.id])
        }
    }

    @Test(
        "A foreign message is accepted once, by whichever of two replicas",
        arguments: ["order-17", "0190ffff-0000-7000-8000-000000000001"])
    func foreign(text: String) async throws {
        try await withStore { pool in
            let id = CanonicalID(foreignMessageID: text, queue: "q", body: [1])
            #expect(id == CanonicalID(foreignMessageID: text, queue: "q2", body: [2]))
            let message = StoredMessage(id: id, queue: "q", exchange: "x", routingKey: "k", body: [1])
            let meeting = try await pool.meet(
                { try await $0.run(MessageTable.accept([message])) },
                { try await $0.run(MessageTable.accept([message])) })
            #expect(try meeting.first.get() == [id])
            #expect(try meeting.second.get().isEmpty)
        }
    }

    @Test("Messages without an id are told apart by queue and body, so that the second one is not taken for the first")
    func nameless() {
        func id(_ queue: String, _ body: String) -> CanonicalID {
            CanonicalID(foreignMessageID: "", queue: queue, body: Array(body.utf8))
        }
        #expect(id("q", "one") == id("q", "one"))
        #expect(Set([id("q", "one"), id("q", "two"), id("p", "one")]).count == 3)
    }

    @Test("A parked message comes back as the next generation, and only then")
    func parked() async throws {
        try await withStore { pool in
            var sample = Sample()
            let message = sample.message()
            let other = sample.message()
            try await pool.run(MessageTable.insert([message, other], lease: .seconds(30)))
            #expect(try await pool.run(MessageTable.park([message.key])) == [message.id])
            #expect(try await pool.run(MessageTable.settle([message.key])).isEmpty)
            #expect(try await pool.run(MessageTable.unpark([message.id, other.id])) == [message.id])
            #expect(try await pool.run(MessageTable.settle([message.key])).isEmpty)
            #expect(try await pool.run(MessageTable.settle([MessageKey(message.id, generation: 2)])) == [message.id])
            // Settled in its batch first, judged after.
            #expect(try await pool.run(MessageTable.settle([other.key])) == [other.id])
            try await pool.run(MessageTable.parkSettled([other.key]))
            #expect(try await pool.run(MessageTable.unpark([other.id])) == [other.id])
        }
    }
}
