import CanonicalModel
import IntegrationSupport
import Postgres
import SyncCore
import SyncStore
import Testing

@Suite("What waits for a parent", .database)
struct ParksTests {
    @Test(
        "R13.6: an event that parks while its parent is being linked is not forgotten, in either order",
        arguments: [true, false])
    func parkAgainstLink(parkFirst: Bool) async throws {
        try await withStore { pool in
            var sample = Sample()
            let parent = object("1")
            let message = sample.message()
            let parkID = sample.newID()
            let link = Link(id: sample.newID(), parent, record: sample.newID())
            try await pool.run(MessageTable.insert([message], lease: .seconds(60)))
            let park: @Sendable (PostgresTransaction) async throws -> Bool = { transaction in
                _ = try await transaction.run(MessageTable.settle([message.key]))
                let (_, found) = try await transaction.run(
                    AdvisoryLock.take([Park.Parent.object(parent).lock]), IdentityMap.find([parent]))
                guard found.isEmpty else { return false }
                _ = try await transaction.run(
                    MessageTable.parkSettled([message.key]),
                    Parks.park(
                        [Park(id: parkID, .message(message.id), for: .object(parent), cause: "customer")],
                        deadline: .seconds(60)))
                return true
            }
            let linking: @Sendable (PostgresTransaction) async throws -> Bool = { transaction in
                let (_, _, released) = try await transaction.run(
                    AdvisoryLock.take(IdentityMap.locks(objects: [parent])), IdentityMap.require([link]),
                    Parks.release(linked: [parent]))
                return released.messages == [message.id]
            }
            let meeting = parkFirst ? try await pool.meet(park, linking) : try await pool.meet(linking, park)
            #expect(meeting.secondWaited)
            let (parked, released) =
                parkFirst
                ? (try meeting.first.get(), try meeting.second.get())
                : (try meeting.second.get(), try meeting.first.get())
            #expect(parked == parkFirst)
            #expect(released == parkFirst)
            #expect(try await pool.run(Parks.find(.message(message.id))).isEmpty)
            if parkFirst {
                let again = MessageKey(message.id, generation: 2)
                #expect(try await pool.run(MessageTable.settle([again])) == [message.id])
            }
        }
    }

    @Test("Work waits for its parent's link and is ready again with it, in either order", arguments: [true, false])
    func workAgainstLink(parkFirst: Bool) async throws {
        try await withStore { pool in
            var sample = Sample()
            let parent = sample.newID()
            let place = Place(record: parent, connection: "fsm", entity: .customer)
            let command = sample.command(sample.newID(), version: 1, entity: .job)
            try await pool.run([WorkTable.accept([command]).discarded])
            let claimed = try #require(try await pool.run(WorkTable.take()).first)
            let parkID = sample.newID()
            let link = Link(id: sample.newID(), object("9", type: "Client", in: "fsm"), record: parent)
            let park: @Sendable (PostgresTransaction) async throws -> Bool = { transaction in
                let (_, found) = try await transaction.run(
                    AdvisoryLock.take([Park.Parent.place(place).lock]), IdentityMap.places([place]))
                guard found.isEmpty else { return false }
                let waiting = WorkResult(claimed.version, .waiting(.init(nil, code: "parent", text: "customer")))
                _ = try await transaction.run(
                    Lanes.check([claimed.lane]), WorkTable.settle([waiting]),
                    Parks.park(
                        [Park(id: parkID, .work(claimed.version.place), for: .place(place), cause: "customer")],
                        deadline: .zero),
                    Lanes.release([claimed.lane]))
                return true
            }
            let linking: @Sendable (PostgresTransaction) async throws -> Int = { transaction in
                let locks = IdentityMap.locks(objects: [object("9", type: "Client", in: "fsm")], places: [place])
                return try await transaction.run(
                    AdvisoryLock.take(locks), IdentityMap.require([link]), Parks.release(placed: [place])
                ).2.work
            }
            if parkFirst {
                let meeting = try await pool.meet(park, linking)
                #expect(meeting.secondWaited)
                #expect(try meeting.first.get())
                #expect(try meeting.second.get() == 1)
                #expect(try await pool.run(WorkTable.take()).count == 1)
            } else {
                let meeting = try await pool.meet(linking, park)
                #expect(meeting.secondWaited)
                #expect(try meeting.first.get() == 0)
                #expect(try meeting.second.get() == false)
            }
        }
    }

    @Test("Two parents that are linked at once bring an event back at least once, and it never stays behind")
    func twoParents() async throws {
        try await withStore { pool in
            var sample = Sample()
            let parents = [object("1"), object("2")]
            let message = sample.message()
            try await pool.run(MessageTable.insert([message], lease: .seconds(60)))
            _ = try await pool.run(MessageTable.park([message.key]))
            let parks = parents.map {
                Park(id: sample.newID(), .message(message.id), for: .object($0), cause: "x")
            }
            try await pool.run(Parks.park(parks, deadline: .seconds(60)))
            // What waits already goes on waiting.
            try await pool.run(Parks.park(parks, deadline: .seconds(60)))
            let linking: @Sendable (LinkKey, Link) -> @Sendable (PostgresTransaction) async throws -> Parks.Released = {
                parent, link in
                { transaction in
                    try await transaction.run(
                        AdvisoryLock.take(IdentityMap.locks(objects: [parent])), IdentityMap.require([link]),
                        Parks.release(linked: [parent])
                    ).2
                }
            }
            let links = parents.map { Link(id: sample.newID(), $0, record: sample.newID()) }
            let meeting = try await pool.meet(linking(parents[0], links[0]), linking(parents[1], links[1]))
            let released = try meeting.first.get().messages.union(meeting.second.get().messages)
            #expect(released == [message.id])
            #expect(try await pool.run(Parks.find(.message(message.id))).isEmpty)
        }
    }

    @Test("The sweep brings back what waits for something linked, and work that waits for nothing")
    func sweep() async throws {
        try await withStore { pool in
            var sample = Sample()
            let parent = object("1")
            let message = sample.message()
            try await pool.run(MessageTable.insert([message], lease: .seconds(60)))
            _ = try await pool.run(MessageTable.park([message.key]))
            let park = Park(id: sample.newID(), .message(message.id), for: .object(parent), cause: "x")
            try await pool.run(Parks.park([park], deadline: .seconds(-1)))
            #expect(try await pool.run(Parks.overdue(limit: 10)).map(\.park) == [park])
            #expect(try await Parks.sweep(on: pool) == Parks.Released())
            // A link that was made without a release.
            try await pool.run(IdentityMap.require([Link(id: sample.newID(), parent, record: sample.newID())]))
            try await pool.run([WorkTable.accept([sample.command(sample.newID(), version: 1)]).discarded])
            try await pool.execute("update work set state = 'waiting'")
            let released = try await Parks.sweep(on: pool)
            #expect(released.messages == [message.id] && released.work == 1)
            #expect(try await pool.run(Parks.overdue(limit: 10)).isEmpty)
            #expect(try await pool.run(Parks.remove([park.id])) == 0)
        }
    }
}
