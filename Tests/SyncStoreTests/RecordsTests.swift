import CanonicalModel
import IntegrationSupport
import Postgres
import SyncCore
import SyncStore
import Testing

@Suite("Records in the database", .database)
struct RecordsTests {
    @Test("A record is written, locked, saved and read again")
    func roundTrip() async throws {
        try await withStore { pool in
            var sample = Sample()
            var records = [sample.record(.customer), sample.record(.job), sample.record(.estimate)]
            try await pool.run(Records.insert(records))
            let ids = records.map(\.id)
            let written = records.sorted { $0.id < $1.id }
            try await pool.withTransaction { transaction in
                let found = try await transaction.run(Records.lock(ids))
                #expect(found.records == written)
            }
            records[0].version = 2
            records[0].wanted = ["ledger"]
            try await pool.run(Records.save([records[0]]))
            let found = try await pool.run(Records.read(ids))
            #expect(found.records.contains(records[0]))
        }
    }

    @Test("Two batches over the same records in opposite orders are done one after the other")
    func oppositeOrders() async throws {
        try await withStore { pool in
            var sample = Sample()
            let records = (0..<50).map { _ in sample.record(.customer) }
            try await pool.run(Records.insert(records))
            let ids = records.map(\.id)
            let change: @Sendable (PostgresTransaction, [CanonicalID]) async throws -> Int64 = { transaction, ids in
                var found = try await transaction.run(Records.lock(ids)).records
                for index in found.indices { found[index].version += 1 }
                try await transaction.run(Records.save(found))
                return found[0].version
            }
            let meeting = try await pool.meet({ try await change($0, ids) }, { try await change($0, ids.reversed()) })
            #expect(try meeting.first.get() == 2)
            #expect(try meeting.second.get() == 3)
            #expect(meeting.secondWaited)
        }
    }

    @Test("A record that was not locked and has a newer version is not overwritten")
    func staleVersion() async throws {
        try await withStore { pool in
            var sample = Sample()
            var record = sample.record(.customer)
            try await pool.run(Records.insert([record]))
            record.version = 2
            try await pool.run(Records.save([record]))
            await #expect { try await pool.run(Records.save([record])) } throws: {
                ($0 as? StoreError)?.code == .staleRecord
            }
        }
    }

    @Test("References are written only where they changed, and children are found from their parent")
    func references() async throws {
        try await withStore { pool in
            var sample = Sample()
            let parent = sample.newID()
            let other = sample.newID()
            var job = RecordState(id: sample.newID(), entity: .job, version: 1)
            job.set("customer", to: .reference(.canonical(parent)), provenance: sample.provenance())
            var change = Records.ReferenceChange()
            change.add(from: nil, to: job)
            #expect(change.statements.count == 1)
            try await pool.run(change.statements)
            let expected = Records.Reference(child: job.id, entity: .job, field: "customer", parent: parent)
            #expect(try await pool.run(Records.children(of: [parent])) == [expected])

            var same = Records.ReferenceChange()
            var renamed = job
            renamed.set("title", to: .text("New"), provenance: sample.provenance())
            same.add(from: job, to: renamed)
            #expect(same.statements.isEmpty)

            var moved = renamed
            moved.set("customer", to: .reference(.canonical(other)), provenance: sample.provenance())
            var move = Records.ReferenceChange()
            move.add(from: renamed, to: moved)
            try await pool.run(move.statements)
            #expect(try await pool.run(Records.children(of: [parent])).isEmpty)
            #expect(try await pool.run(Records.children(of: [other])).count == 1)
        }
    }

    @Test("Who waited for a record while it was merged away learns where it went", arguments: [true, false])
    func mergeAgainstLock(mergeFirst: Bool) async throws {
        try await withStore { pool in
            var sample = Sample()
            let records = [sample.record(.customer), sample.record(.customer)]
            try await pool.run(Records.insert(records))
            let source = records[0].id
            let target = records[1].id
            let merge: @Sendable (PostgresTransaction) async throws -> Records.Found = { transaction in
                let found = try await transaction.run(Records.lock([source, target]))
                _ = try await transaction.run(Redirects.merge(source, into: target))
                return found
            }
            let lock: @Sendable (PostgresTransaction) async throws -> Records.Found = {
                try await $0.run(Records.lock([source]))
            }
            if mergeFirst {
                let meeting = try await pool.meet(merge, lock)
                #expect(meeting.secondWaited)
                let found = try meeting.second.get()
                #expect(found.records.isEmpty)
                #expect(found.redirects == [source: target])
            } else {
                let meeting = try await pool.meet(lock, merge)
                #expect(meeting.secondWaited)
                #expect(try meeting.first.get().records.map(\.id) == [source])
                #expect(try meeting.second.get().records.count == 2)
            }
            #expect(try await pool.run(Redirects.follow([source, target])) == [source: target])
        }
    }

    @Test(
        "A merge moves references, links, parks and what depends on them, and keeps the survivor's where both have one")
    func merge() async throws {
        try await withStore { pool in
            var sample = Sample()
            let records = [sample.record(.customer), sample.record(.customer), sample.record(.customer)]
            let (source, target, last) = (records[0].id, records[1].id, records[2].id)
            try await pool.run(Records.insert(records))
            var job = RecordState(id: sample.newID(), entity: .job, version: 1)
            job.set("customer", to: .reference(.canonical(source)), provenance: sample.provenance())
            var change = Records.ReferenceChange()
            change.add(from: nil, to: job)
            try await pool.run(change.statements)
            _ = try await pool.run(
                IdentityMap.insert([
                    Link(id: sample.newID(), object("1"), record: source),
                    Link(id: sample.newID(), object("2"), record: target),
                    Link(id: sample.newID(), object("7", type: "Client", in: "fsm"), record: source),
                ]))
            _ = try await pool.run(Redirects.merge(source, into: target))
            _ = try await pool.run(Redirects.merge(target, into: last))
            let links = try await pool.run(IdentityMap.history(of: last))
            #expect(Set(links.map { "\($0.nativeID ?? "") \($0.state)" }) == ["1 alias", "2 active", "7 active"])
            #expect(try await pool.run(Records.children(of: [last])).map(\.child) == [job.id])
            #expect(try await pool.run(Redirects.follow([source])) == [source: last])
            await #expect { _ = try await pool.run(Redirects.merge(source, into: last)) } throws: {
                ($0 as? StoreError)?.code == .staleRecord
            }
        }
    }
}
