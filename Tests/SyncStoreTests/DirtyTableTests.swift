import CanonicalModel
import IntegrationSupport
import Postgres
import SyncCore
import SyncStore
import Testing

@Suite("Objects to be read", .database)
struct DirtyTableTests {
    private func mark(_ id: String, _ sample: inout Sample, isWhole: Bool = false) -> DirtyTable.Mark {
        DirtyTable.Mark(
            NativeReference(type: "company", id: id), in: "crm", correlation: sample.newID(),
            hintedAt: Instant(seconds: 1_700_000_000), isWhole: isWhole)
    }

    @Test(
        "R13.4: a second change within the same second is read, whether its hint comes before or after the clearing",
        arguments: [true, false])
    func secondChange(hintFirst: Bool) async throws {
        try await withStore { pool in
            var sample = Sample()
            let first = mark("1", &sample)
            let second = mark("1", &sample)
            try await pool.run(DirtyTable.mark([first]))
            let claims = try await pool.run(DirtyTable.take())
            #expect(claims.map(\.marks) == [1])
            let hint: @Sendable (PostgresTransaction) async throws -> Int = {
                try await $0.run(DirtyTable.mark([second]))
                return -1
            }
            let clear: @Sendable (PostgresTransaction) async throws -> Int = {
                try await $0.run(
                    Lanes.check(claims.map(\.lane)), DirtyTable.clear(claims), Lanes.release(claims.map(\.lane))
                ).1
            }
            if hintFirst {
                let meeting = try await pool.meet(hint, clear)
                #expect(meeting.secondWaited)
                #expect(try meeting.second.get() == 0)
            } else {
                let meeting = try await pool.meet(clear, hint)
                #expect(meeting.secondWaited)
                #expect(try meeting.first.get() == 1)
            }
            let again = try await pool.run(DirtyTable.take(by: "b"))
            #expect(again.count == 1)
            #expect(again.first?.correlation == second.correlation)
        }
    }

    @Test("A burst of hints is one read, and nothing is left after it")
    func burst() async throws {
        try await withStore { pool in
            var sample = Sample()
            try await pool.run(DirtyTable.mark((0..<50).map { mark("\($0 % 5)", &sample, isWhole: $0 == 7) }))
            try await pool.run(DirtyTable.mark([mark("1", &sample)], delay: .seconds(60)))
            let claims = try await pool.run(DirtyTable.take()).sorted { $0.native < $1.native }
            #expect(claims.map(\.marks) == [10, 11, 10, 10, 10])
            #expect(claims.map(\.isWhole) == [false, false, true, false, false])
            #expect(try await pool.run(DirtyTable.take(by: "b")).isEmpty)
            #expect(try await pool.run(DirtyTable.clear(claims)) == 5)
            try await pool.run(Lanes.release(claims.map(\.lane)))
            #expect(try await pool.run(DirtyTable.due(of: "crm", upTo: 1)) == 0)
        }
    }

    @Test("A first hint waits for others; a failed read is put off and counted")
    func delays() async throws {
        try await withStore { pool in
            var sample = Sample()
            try await pool.run(DirtyTable.mark([mark("1", &sample)], delay: .seconds(60)))
            #expect(try await pool.run(DirtyTable.take()).isEmpty)
            try await pool.run(DirtyTable.mark([mark("1", &sample)]))
            let claims = try await pool.run(DirtyTable.take())
            #expect(claims.count == 1)
            #expect(try await pool.run(DirtyTable.putOff(claims, by: .zero, failure: "503")) == 1)
            try await pool.run(Lanes.release(claims.map(\.lane)))
            let again = try await pool.run(DirtyTable.take())
            #expect(again.map(\.attempts) == [1])
            #expect(try await pool.run(DirtyTable.putOff(again, by: .seconds(60), failure: nil)) == 1)
            try await pool.run(Lanes.release(again.map(\.lane)))
            #expect(try await pool.run(DirtyTable.take()).isEmpty)
        }
    }

    @Test("R13.5: an older read never replaces a newer one, whichever commits first", arguments: [true, false])
    func olderRead(newerFirst: Bool) async throws {
        try await withStore { pool in
            let key = object("1")
            let older = Shadows.Entry(key, Shadow(fields: ["name": .set(.text("old"))], readAt: Instant(seconds: 10)))
            let newer = Shadows.Entry(key, Shadow(fields: ["name": .set(.text("new"))], readAt: Instant(seconds: 20)))
            let save: @Sendable (Shadows.Entry) -> @Sendable (PostgresTransaction) async throws -> Set<LinkKey> = {
                entry in
                { try await $0.run(Shadows.save([entry])) }
            }
            let (one, other) = newerFirst ? (newer, older) : (older, newer)
            let meeting = try await pool.meet(save(one), save(other))
            #expect(meeting.secondWaited)
            #expect(try meeting.first.get() == [key])
            #expect(try meeting.second.get() == (newerFirst ? [] : [key]))
            #expect(try await pool.run(Shadows.find([key])) == [key: newer.shadow])
            #expect(try await pool.run(Shadows.find([key.native], in: "crm")).count == 1)
            #expect(try await pool.run(Shadows.remove([key])) == 1)
        }
    }

    @Test("A webhook is kept as it came")
    func webhooks() async throws {
        try await withStore { pool in
            var sample = Sample()
            let now = try await pool.query("select now()")[0][0, as: Instant.self]
            let delivery = Webhooks.Delivery(
                id: IDSource.random.next(now), connection: "crm", receivedAt: now, headers: Array("{}".utf8),
                body: [0, 1, 255], outcome: "marked")
            try await pool.withTransaction { transaction in
                _ = try await transaction.commit(
                    running: Webhooks.insert([delivery]), WakeUp.dirty("crm").notify)
            }
            #expect(try await pool.run(Webhooks.find(delivery.id)) == delivery)
            #expect(try await pool.run(Webhooks.find(sample.newID())) == nil)
            #expect(try await pool.run(Webhooks.lastReceived(within: .seconds(3600))) == ["crm": now])
        }
    }
}
