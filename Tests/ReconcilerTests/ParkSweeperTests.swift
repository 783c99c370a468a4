import CanonicalModel
import IntegrationSupport
import Logging
import Postgres
import StoreSupport
import SyncCore
import SyncStore
import Synchronization
import Testing

@testable import Reconciler

@Suite("What waits", .database)
struct ParkSweeperTests {
    private func sweeper(
        _ estate: Estate, reopened: @escaping @Sendable (Set<CanonicalID>) -> Void = { _ in }
    ) -> ParkSweeper {
        let now = estate.now
        return ParkSweeper(
            pool: estate.pool, ids: .random, clock: { now }, reopened: reopened,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test("An event and work beyond their deadline become one dead letter each, whatever else they wait for")
    func overdue() async throws {
        try await Estate.run { estate in
            let pool = estate.pool
            let (event, message) = try estate.event(.site, changedAt: estate.now)
            try await pool.run(MessageTable.insert([message], lease: .seconds(60)))
            _ = try await pool.run(MessageTable.park([message.key]))
            let (command, _) = try estate.command(to: estate.fsm, causedBy: event)
            _ = try await pool.run(WorkTable.accept([command]))
            let version = try #require(try await pool.run(WorkTable.find([command.place]))[command.place]).version
            _ = try await pool.run(
                WorkTable.settle([WorkResult(version, .waiting(.init(nil, code: "parent", text: "waits")))]))
            let parents = ["8", "9"].map {
                LinkKey(connection: estate.crm, native: NativeReference(type: "customer", id: $0), entity: .customer)
            }
            let place = Place(record: estate.id(), connection: estate.fsm, entity: .customer)
            try await pool.run(
                Parks.park(
                    [
                        Park(id: estate.id(), .message(message.id), for: .object(parents[0]), cause: "needs 8"),
                        Park(id: estate.id(), .work(command.place), for: .place(place), cause: "needs its parent"),
                    ], deadline: .seconds(-1)))
            try await pool.run(
                Parks.park(
                    [Park(id: estate.id(), .message(message.id), for: .object(parents[1]), cause: "needs 9")],
                    deadline: .seconds(600)))

            try await sweeper(estate).sweep()
            try await sweeper(estate).sweep()
            let letters = try await pool.query(
                "select source, failure, code, record, native_id, payload from dead_letter order by source")
            #expect(letters.count == 2)
            #expect(try letters[0][0, as: String.self] == "event")
            #expect(try letters[0][1, as: String.self].hasPrefix("needs 8"))
            #expect(try letters[0][4, as: String?.self] == "1")
            #expect(try letters[0][5, as: [UInt8].self] == message.body)
            #expect(try letters[1][0, as: String.self] == "work")
            #expect(try letters[1][3, as: CanonicalID?.self] == command.command.record)
            #expect(try await pool.query("select 1 from park").isEmpty)
            #expect(try await pool.run(WorkTable.find([command.place]))[command.place]?.state == .dead)
            let status = try await pool.query("select status from message where id = \(message.id)")
            #expect(try status[0][0, as: Int.self] == 2)
            #expect(try await pool.query("select 1 from audit where kind = 'dead_lettered'").count == 2)
        }
    }

    @Test("What waits for something that is linked comes back, and the relay is told what to publish")
    func outlived() async throws {
        try await Estate.run { estate in
            let (_, message) = try estate.event(changedAt: estate.now)
            try await estate.pool.run(MessageTable.insert([message], lease: .seconds(60)))
            _ = try await estate.pool.run(MessageTable.park([message.key]))
            let parent = LinkKey(
                connection: estate.crm, native: NativeReference(type: "customer", id: "9"), entity: .customer)
            try await estate.pool.run(
                Parks.park(
                    [Park(id: estate.id(), .message(message.id), for: .object(parent), cause: "x")],
                    deadline: .seconds(600)))
            try await estate.pool.run(
                IdentityMap.require([Link(id: estate.id(), parent, record: estate.id())]))
            let opened = Mutex<Set<CanonicalID>>([])
            try await sweeper(estate) { ids in opened.withLock { $0 = ids } }.sweep()
            #expect(opened.withLock { $0 } == [message.id])
            #expect(try await estate.pool.run(MessageTable.settle([MessageKey(message.id, generation: 2)])).count == 1)
        }
    }
}
