import CanonicalModel
import IntegrationSupport
import Postgres
import SyncCore
import SyncStore
import Testing

@Suite("The identity map", .database)
struct IdentityMapTests {
    @Test(
        "R22.6: the same record, met first from two systems at once, is one record in either order",
        arguments: [false, true])
    func firstMatch(crmFirst: Bool) async throws {
        try await withStore { pool in
            var sample = Sample()
            let external = sample.newID()
            let crm = object("1")
            let fsm = object("9", type: "Client", in: "fsm")
            // Each router meets an object that bears an id of ours which has no record yet.
            let meet: @Sendable (LinkKey, CanonicalID) -> @Sendable (PostgresTransaction) async throws -> CanonicalID =
                {
                    key, link in
                    { transaction in
                        let locks = IdentityMap.locks(objects: [key], externalIDs: [external])
                        let (_, found, links) = try await transaction.run(
                            AdvisoryLock.take(locks), Records.read([external]), IdentityMap.find([key]))
                        #expect(links.isEmpty)
                        if found.records.isEmpty {
                            let record = RecordState(id: external, entity: .customer, version: 1)
                            try await transaction.run(Records.insert([record]))
                        }
                        let made = try await transaction.run(
                            IdentityMap.insert([Link(id: link, key, record: external)]))
                        #expect(made == [link])
                        return found.records.first?.id ?? external
                    }
                }
            let (one, other) = crmFirst ? (crm, fsm) : (fsm, crm)
            let meeting = try await pool.meet(meet(one, sample.newID()), meet(other, sample.newID()))
            #expect(meeting.secondWaited)
            #expect(try meeting.first.get() == external)
            #expect(try meeting.second.get() == external)
            #expect(try await pool.run(IdentityMap.places(of: [external])).count == 2)
        }
    }

    @Test("The same object seen by two replicas at once gets one link")
    func sameObject() async throws {
        try await withStore { pool in
            var sample = Sample()
            let key = object("1")
            let link: @Sendable (Link) -> @Sendable (PostgresTransaction) async throws -> CanonicalID = { link in
                { transaction in
                    let (_, found) = try await transaction.run(
                        AdvisoryLock.take(IdentityMap.locks(objects: [key])), IdentityMap.find([key]))
                    if let known = found[key] { return known.record }
                    _ = try await transaction.run(IdentityMap.insert([link]))
                    return link.record
                }
            }
            let one = Link(id: sample.newID(), key, record: sample.newID())
            let other = Link(id: sample.newID(), key, record: sample.newID())
            let meeting = try await pool.meet(link(one), link(other))
            #expect(try meeting.first.get() == one.record)
            #expect(try meeting.second.get() == one.record)
        }
    }

    @Test("Locks of the same names in opposite orders are taken in one order")
    func lockOrder() async throws {
        try await withStore { pool in
            let keys = (0..<40).map { object("\($0)") }
            try await withThrowingTaskGroup { group in
                for replica in 0..<4 {
                    group.addTask {
                        let mine = replica % 2 == 0 ? keys : keys.reversed()
                        for _ in 0..<10 {
                            try await pool.withTransaction(retries: 0) {
                                try await $0.run(AdvisoryLock.take(IdentityMap.locks(objects: mine)))
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("A pending link becomes active with the object that was made, unless that object is linked already")
    func activation() async throws {
        try await withStore { pool in
            var sample = Sample()
            let record = sample.newID()
            let other = sample.newID()
            var pending = Link(id: sample.newID(), object("?"), record: record, state: .pending)
            pending.nativeID = nil
            #expect(try await pool.run(IdentityMap.insert([pending])) == [pending.id])
            // A record has one place in a connection.
            let second = Link(id: sample.newID(), object("5"), record: record)
            #expect(try await pool.run(IdentityMap.insert([second])).isEmpty)
            await #expect { try await pool.run(IdentityMap.require([second])) } throws: {
                ($0 as? StoreError)?.code == .linkTaken
            }

            var made = pending
            made.nativeID = "77"
            #expect(try await pool.run(IdentityMap.activate([made])) == [made.place])
            #expect(try await pool.run(IdentityMap.find([object("77")]))[object("77")]?.state == .active)
            #expect(try await pool.run(IdentityMap.activate([made])).isEmpty)

            var late = Link(id: sample.newID(), object("?"), record: other, state: .pending)
            late.nativeID = nil
            _ = try await pool.run(IdentityMap.insert([late]))
            late.nativeID = "77"
            #expect(try await pool.run(IdentityMap.activate([late])).isEmpty)
            #expect(try await pool.run(IdentityMap.withdraw(pending: [late.place])) == 1)
            #expect(try await pool.run(IdentityMap.places([late.place, made.place])).count == 1)
        }
    }

    @Test("A tombstone frees the record's place")
    func tombstone() async throws {
        try await withStore { pool in
            var sample = Sample()
            let link = Link(id: sample.newID(), object("1"), record: sample.newID())
            try await pool.run(IdentityMap.require([link]))
            try await pool.run(IdentityMap.require([link]))
            #expect(try await pool.run(IdentityMap.set(.tombstone, of: [object("1")])) == 1)
            let next = Link(id: sample.newID(), object("2"), record: link.record)
            try await pool.run(IdentityMap.require([next]))
            #expect(try await pool.run(IdentityMap.history(of: link.record)).count == 2)
        }
    }
}
