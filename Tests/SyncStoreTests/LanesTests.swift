import CanonicalModel
import IntegrationSupport
import Postgres
import SyncStore
import Testing

@Suite("Lanes and leases", .database)
struct LanesTests {
    private let keys = [
        LaneKey.object(NativeReference(type: "Client", id: "1"), in: "fsm"),
        LaneKey.record(CanonicalID(high: 1, low: 2), in: "fsm"),
    ]

    @Test("A lane has one holder at a time, and comes back when it is given back")
    func oneHolder() async throws {
        try await withStore { pool in
            let acquire: @Sendable (String) -> @Sendable (PostgresTransaction) async throws -> [LaneKey: Lane] = {
                holder in
                { try await $0.run(Lanes.acquire(keys, holder: holder, lease: .seconds(60), ceiling: .zero)) }
            }
            let meeting = try await pool.meet(acquire("a"), acquire("b"))
            let held = try meeting.first.get()
            #expect(held.count == 2)
            #expect(try meeting.second.get().isEmpty)
            try await pool.run(Lanes.check(held.values))
            try await pool.run(Lanes.extend(held.values, lease: .seconds(90)))
            try await pool.run(Lanes.release(held.values))
            let next = try await pool.run(Lanes.acquire(keys, holder: "b", lease: .seconds(60), ceiling: .seconds(600)))
            #expect(next.count == 2)
            #expect(try #require(next[keys[0]]).epoch > (try #require(held[keys[0]])).epoch)
        }
    }

    @Test("A holder that slept beyond its lease is fenced, even if the lane was given back and taken anew since")
    func fencing() async throws {
        try await withStore { pool in
            let slept = try await pool.run(Lanes.acquire(keys, holder: "a", lease: .zero, ceiling: .zero))
            await #expect { try await pool.run(Lanes.check(slept.values)) } throws: { isLaneLost($0) }
            let next = try await pool.run(Lanes.acquire(keys, holder: "b", lease: .seconds(60), ceiling: .zero))
            #expect(next.count == 2)
            await #expect { try await pool.run(Lanes.check(slept.values)) } throws: { isLaneLost($0) }
            await #expect { try await pool.run(Lanes.extend(slept.values, lease: .seconds(60))) } throws: {
                isLaneLost($0)
            }
            // Giving back what is no longer held does nothing.
            try await pool.run(Lanes.release(slept.values))
            try await pool.run(Lanes.check(next.values))
            try await pool.run(Lanes.release(next.values))
            let third = try await pool.run(Lanes.acquire(keys, holder: "c", lease: .seconds(60), ceiling: .zero))
            await #expect { try await pool.run(Lanes.check(next.values)) } throws: { isLaneLost($0) }
            try await pool.run(Lanes.check(third.values))
        }
    }

    @Test("A lane is taken over only after its lease and the request's ceiling")
    func ceiling() async throws {
        try await withStore { pool in
            let slept = try await pool.run(Lanes.acquire(keys, holder: "a", lease: .zero, ceiling: .zero))
            #expect(slept.count == 2)
            let early = Lanes.acquire(keys, holder: "b", lease: .seconds(60), ceiling: .seconds(3600))
            #expect(try await pool.run(early).isEmpty)
            try await pool.execute("update lane set until = until - interval '2 hours'")
            #expect(try await pool.run(early).count == 2)
        }
    }

    @Test(
        "A take-over waits for the transaction that has checked the lane, and is seen by one that comes after",
        arguments: [true, false])
    func checkAgainstTakeOver(checkFirst: Bool) async throws {
        try await withStore { pool in
            let held = try await pool.run(Lanes.acquire(keys, holder: "a", lease: .seconds(60), ceiling: .zero))
            let check: @Sendable (PostgresTransaction) async throws -> Int = {
                try await $0.run(Lanes.check(held.values))
                return 0
            }
            // Hours later, as far as this transaction can tell.
            let takeOver: @Sendable (PostgresTransaction) async throws -> Int = { transaction in
                try await transaction.run(
                    Lanes.acquire(keys, holder: "b", lease: .seconds(60), ceiling: .seconds(-7200))
                ).count
            }
            if checkFirst {
                let meeting = try await pool.meet(check, takeOver)
                #expect(meeting.secondWaited)
                _ = try meeting.first.get()
                #expect(try meeting.second.get() == 2)
            } else {
                let meeting = try await pool.meet(takeOver, check)
                #expect(meeting.secondWaited)
                #expect(try meeting.first.get() == 2)
                #expect(throws: StoreError.self) { try meeting.second.get() }
            }
        }
    }

    @Test("Lanes that two replicas want in opposite orders never block each other in a circle")
    func oppositeOrders() async throws {
        try await withStore { pool in
            let many = (0..<100).map { LaneKey.object(NativeReference(type: "t", id: "\($0)"), in: "fsm") }
            let counts = try await withThrowingTaskGroup(of: Int.self) { group in
                for replica in 0..<4 {
                    group.addTask {
                        let mine = replica % 2 == 0 ? many : many.reversed()
                        return try await pool.withTransaction(retries: 0) {
                            try await $0.run(
                                Lanes.acquire(mine, holder: "\(replica)", lease: .seconds(60), ceiling: .zero)
                            ).count
                        }
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(counts.sorted() == [0, 0, 0, 100])
        }
    }

    @Test("A loop's lease has one holder; its holder prolongs it under the same epoch, and a next one gets a higher")
    func leases() async throws {
        try await withStore { pool in
            let first = try #require(try await pool.run(Leases.acquire("seal", holder: "a", lease: .seconds(60))))
            #expect(try await pool.run(Leases.acquire("seal", holder: "b", lease: .seconds(60))) == nil)
            #expect(try await pool.run(Leases.acquire("seal", holder: "a", lease: .zero)) == first)
            await #expect { try await pool.run(Leases.check("seal", epoch: first)) } throws: {
                ($0 as? StoreError)?.code == .leaseLost
            }
            let second = try #require(try await pool.run(Leases.acquire("seal", holder: "b", lease: .seconds(60))))
            #expect(second > first)
            try await pool.run(Leases.check("seal", epoch: second))
            try await pool.run(Leases.release("seal", epoch: first))
            #expect(try await pool.run(Leases.all) == ["seal": "b"])
        }
    }

    @Test("A cursor moves only from where the poll began")
    func checkpoints() async throws {
        try await withStore { pool in
            #expect(try await pool.run(Checkpoints.find("s", of: "crm")) == nil)
            try await pool.run(Checkpoints.move("s", of: "crm", from: nil, to: "1"))
            for start in [nil, "0"] {
                await #expect { try await pool.run(Checkpoints.move("s", of: "crm", from: start, to: "9")) } throws: {
                    ($0 as? StoreError)?.code == .checkpointMoved
                }
            }
            try await pool.run(Checkpoints.move("s", of: "crm", from: "1", to: "2"))
            #expect(try await pool.run(Checkpoints.find("s", of: "crm")) == "2")
            #expect(try await pool.run(Checkpoints.ages(of: "crm")).keys.sorted() == ["s"])
        }
    }

    private func isLaneLost(_ error: any Error) -> Bool { (error as? StoreError)?.code == .laneLost }
}
