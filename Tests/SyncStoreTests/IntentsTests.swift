import CanonicalModel
import IntegrationSupport
import Postgres
import SyncStore
import Testing

@Suite("Intents", .database)
struct IntentsTests {
    @Test(
        "R24.3: while one is open or unknown, no other is opened for that record, from either replica",
        arguments: [Intent.State.open, .unknown])
    func oneAtATime(state: Intent.State) async throws {
        try await withStore { pool in
            var sample = Sample()
            let place = Place(record: sample.newID(), connection: "fsm", entity: .customer)
            let intent = sample.intent(place)
            let other = sample.intent(place)
            let open: @Sendable (Intent) -> @Sendable (PostgresTransaction) async throws -> Void = { intent in
                { try await $0.run(Intents.open([intent], absentAfter: .seconds(60))) }
            }
            let meeting = try await pool.meet(open(intent), open(other))
            try meeting.first.get()
            #expect { try meeting.second.get() } throws: { ($0 as? StoreError)?.code == .intentOpen }
            _ = try await pool.run(Intents.settle([.init(id: intent.id, state: state, fault: "answer lost")]))
            await #expect { try await pool.run(Intents.open([other], absentAfter: .zero)) } throws: {
                ($0 as? StoreError)?.code == .intentOpen
            }
            let found = try #require(try await pool.run(Intents.unsettled([place]))[place])
            #expect(found.request == intent.request && found.state == state)
            #expect(found.absentAfter.seconds(since: found.sentAt) == 60)

            #expect(try await pool.run(Intents.settle([.init(id: intent.id, state: .done)])) == [intent.id])
            #expect(try await pool.run(Intents.settle([.init(id: intent.id, state: .refused)])).isEmpty)
            try await pool.run(Intents.open([other], absentAfter: .zero))
        }
    }

    @Test("A create that was turned away for a passing reason keeps its ordinal, and leaves room for the next (R24.14)")
    func notMade() async throws {
        try await withStore { pool in
            var sample = Sample()
            let place = Place(record: sample.newID(), connection: "fsm", entity: .customer)
            for _ in 0..<2 {
                let create = sample.intent(place)
                try await pool.run(Intents.open([create], absentAfter: .zero))
                _ = try await pool.run(Intents.settle([.init(id: create.id, state: .notMade, fault: "asked to wait")]))
                #expect(try await pool.run(Intents.refusedOrdinals([place])).isEmpty)
            }
            #expect(try await pool.run(Intents.prune(olderThan: .zero)) == 2)
        }
    }

    @Test("Open creates of a type are known, and the ordinal moves only with a definite refusal")
    func creates() async throws {
        try await withStore { pool in
            var sample = Sample()
            let place = Place(record: sample.newID(), connection: "fsm", entity: .customer)
            let create = sample.intent(place)
            try await pool.run(Intents.open([create], absentAfter: .zero))
            #expect(try await pool.run(Intents.creating(["Client", "Job"], in: "fsm")) == ["Client"])
            #expect(try await pool.run(Intents.creating(["Client"], in: "crm")).isEmpty)
            _ = try await pool.run(Intents.settle([.init(id: create.id, state: .unknown, fault: "time-out")]))
            #expect(try await pool.run(Intents.refusedOrdinals([place])).isEmpty)
            #expect(try await pool.run(Intents.resend([create.id], laneEpochs: [9], absentAfter: .seconds(5))) == 1)
            let again = try #require(try await pool.run(Intents.unsettled([place]))[place])
            #expect(again.attempts == 2 && again.laneEpoch == 9 && again.state == .open)
            _ = try await pool.run(Intents.settle([.init(id: create.id, state: .refused, fault: "no")]))
            #expect(try await pool.run(Intents.refusedOrdinals([place])) == [place: 1])
            #expect(try await pool.run(Intents.creating(["Client"], in: "fsm")).isEmpty)
        }
    }
}
