import CanonicalModel
import IntegrationSupport
import Operations
import Postgres
import StoreSupport
import SyncCore
import SyncStore
import Testing

@Suite("Forcing a sync", .database)
struct SyncTests {
    private func operations(_ estate: Estate) -> SyncOperations {
        let now = estate.now
        return SyncOperations(estate.pool) { now }
    }

    /// A customer that is linked at two connections and has done work at one.
    private func customer(_ estate: Estate) async throws -> (record: CanonicalID, command: ReceivedCommand) {
        let (event, _) = try estate.event(changedAt: estate.now)
        let (command, _) = try estate.command(to: estate.fsm, causedBy: event)
        let record = command.command.record
        try await estate.pool.run(Records.insert([RecordState(id: record, entity: .customer, version: 1)]))
        let links = [(estate.crm, "1"), (estate.fsm, "2")].map { connection, id in
            Link(
                id: estate.id(),
                LinkKey(
                    connection: connection, native: NativeReference(type: "customer", id: id), entity: .customer),
                record: record)
        }
        try await estate.pool.run(IdentityMap.require(links))
        _ = try await estate.pool.run(WorkTable.accept([command]))
        let version = try #require(try await estate.pool.run(WorkTable.find([command.place]))[command.place]).version
        _ = try await estate.pool.run(WorkTable.settle([WorkResult(version, .done)]))
        return (record, command)
    }

    @Test(
        "A record's objects are marked whole; with push its work is open again, as the next generation; both are audited"
    )
    func record() async throws {
        try await Estate.run { estate in
            let pool = estate.pool
            let (record, command) = try await customer(estate)
            let read = try await operations(estate).force(
                [.record(record)], push: false, by: "ada", reason: "looks odd")
            #expect(read.objects.map(\.connection) == [estate.crm, estate.fsm])
            #expect(read.pushes.isEmpty)
            let marks = try await pool.query("select connection, native_id, whole from dirty order by 1")
            #expect(marks.count == 2)
            #expect(try marks[0][2, as: Bool.self])
            #expect(try await pool.run(WorkTable.find([command.place]))[command.place]?.state == .done)

            let pushed = try await operations(estate).force([.record(record)], push: true, by: "ada", reason: "again")
            #expect(pushed.pushes.map(\.record) == [record])
            #expect(pushed.text.contains("to be sent again:  fsm-main customer \(record)"))
            let work = try #require(try await pool.run(WorkTable.find([command.place]))[command.place])
            #expect(work.state == .ready && work.version.generation == 2)
            let entries = try await pool.run(AuditLog.entries(of: record, kinds: [.operated]))
            #expect(entries.count == 2)
            #expect(entries.allSatisfy { $0.note.actor == "ada" })
            // Both were made in the same instant, so their order is open.
            let bodies = try entries.map { try JSONValue(parsing: $0.note.body) }
            #expect(Set(bodies.map(\.["reason"].string)) == ["looks odd", "again"])
            #expect(bodies.first { $0["reason"].string == "again" }?["push"].bool == true)
        }
    }

    @Test("An object is named by its connection, type and id; its work is pushed at that connection")
    func object() async throws {
        try await Estate.run { estate in
            let (record, _) = try await customer(estate)
            let target = try #require(SyncOperations.Target("fsm-main:customer:2"))
            let forced = try await operations(estate).force([target], push: true, by: "ada", reason: "x")
            #expect(forced.objects.map(\.native) == [NativeReference(type: "customer", id: "2")])
            #expect(forced.pushes.map(\.record) == [record] && forced.pushes.map(\.connection) == [estate.fsm])
            // An object that nobody has seen yet may be read, too.
            let unseen = try #require(SyncOperations.Target("crm-main:deal:a:b"))
            #expect(unseen == .object(estate.crm, NativeReference(type: "deal", id: "a:b")))
            #expect(try await operations(estate).force([unseen], push: true, by: "ada", reason: "x").pushes.isEmpty)
        }
    }

    @Test("What is not there is named, and then nothing at all is done")
    func unknown() async throws {
        try await Estate.run { estate in
            let (record, _) = try await customer(estate)
            for target in [
                SyncOperations.Target.record(estate.id()),
                .object(ConnectionID("erp"), NativeReference(type: "customer", id: "1")),
            ] {
                await #expect(throws: OperationFailure.self) {
                    _ = try await operations(estate).force([.record(record), target], push: true, by: "a", reason: "x")
                }
            }
            #expect(try await estate.pool.query("select 1 from dirty").isEmpty)
            #expect(SyncOperations.Target("nothing") == nil)
            #expect(SyncOperations.Target("CRM:a:b") == nil)
        }
    }

    @Test("A snapshot is asked for where the connection knows the entity, and is listed")
    func snapshots() async throws {
        try await Estate.run { estate in
            let now = estate.now
            let snapshots = SnapshotOperations(estate.pool) { now }
            let runs = try await snapshots.request([.customer, .job], of: estate.crm, by: "ada")
            let listed = try await snapshots.list(limit: 10)
            #expect(Set(listed.map(\.id)) == Set(runs))
            #expect(listed.allSatisfy { $0.state == "requested" && $0.requestedBy == "ada" })
            #expect(SnapshotOperations.text(listed).split(separator: "\n").count == 3)
            await #expect(throws: OperationFailure.self) {
                _ = try await snapshots.request([.customer, .payment], of: estate.crm, by: "ada")
            }
            await #expect(throws: OperationFailure.self) {
                _ = try await snapshots.request([.customer], of: ConnectionID("erp"), by: "ada")
            }
            #expect(try await snapshots.list(limit: 10).count == 2)
        }
    }
}
