import CanonicalModel
import ConnectorKit
import IntegrationSupport
import Postgres
import SyncCore
import SyncStore
import Synchronization
import Testing

@testable import AdapterKit

@Suite("Handing an object over on Postgres", .database)
struct HandOverTests {
    /// A customer that is there, and two people who would like to be its contact.
    private struct Household {
        let workshop: Workshop
        let customer: CanonicalID
        let service: CanonicalID
        let billing: CanonicalID
        let client: NativeReference

        init(_ workshop: Workshop) async throws {
            self.workshop = workshop
            (customer, service, billing) = (workshop.newID(), workshop.newID(), workshop.newID())
            try await workshop.want(customer, ["name": .text("Miller")])
            try await workshop.sendAll()
            client = try #require(try await workshop.link(customer)?.native)
        }

        func want(_ contact: CanonicalID, _ name: String, version: Int64 = 1) async throws {
            try await workshop.want(
                contact, ["customer": .reference(.canonical(customer)), "first_name": .text(name)], version: version,
                entity: .contact)
        }

        /// The customer names its main contact, as the router writes it.
        func name(_ contact: CanonicalID) async throws {
            try await workshop.pool.withTransaction { transaction in
                try await transaction.execute(
                    "delete from record_reference where child = \(customer) and field = 'primary_contact'")
                try await transaction.execute(
                    """
                    insert into record_reference (child, field, parent, child_entity)
                    values (\(customer), 'primary_contact', \(contact), 'customer')
                    """)
            }
        }

        /// Sends in so many replicas until nothing is left to do.
        func send(_ holders: [String] = ["a"]) async throws {
            var rounds = 0
            repeat {
                rounds += 1
                try await workshop.makeDue()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for holder in holders {
                        group.addTask {
                            // Whoever has claimed just before the object went over begins again, as its worker does.
                            while true {
                                do {
                                    return try await workshop.sendAll(holder)
                                } catch let error as StoreError where error.code == .linkMoved {
                                    continue
                                }
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            } while try await workshop.count("work where state = 'ready'") > 0 && rounds < 50
        }

        func shownName() -> PatchValue? { workshop.vendor.objects[client.id]?.fields[.contact]?["first_name"] }

        func resident() async throws -> CanonicalID? {
            let key = LinkKey(connection: Workshop.connection, native: client, entity: .contact)
            return try await workshop.pool.run(IdentityMap.find([key]))[key]?.record
        }
    }

    private func open(_ body: (Household) async throws -> Void) async throws {
        try await Workshop.open { try await body(Household($0)) }
    }

    @Test("Who is named after another one came in gets its object and shows all of itself there (R24.2, R2.7)")
    func namedLater() async throws {
        try await open { house in
            try await house.want(house.billing, "Betty")
            try await house.send()
            #expect(try await house.resident() == house.billing)
            try await house.name(house.service)
            try await house.want(house.service, "Sam")
            try await house.send()
            #expect(try await house.resident() == house.service)
            #expect(house.shownName() == .set(.text("Sam")))
            #expect(try await house.workshop.link(house.billing, .contact) == nil)
            // Nothing flows there any more of the one who made room, and nobody is asked.
            try await house.want(house.billing, "Bettina", version: 2)
            try await house.send()
            #expect(house.shownName() == .set(.text("Sam")))
            #expect(try await house.workshop.work(house.billing, .contact)?.state == .done)
            #expect(try await house.workshop.count("dead_letter") == 0)
            #expect(try await house.workshop.count("lane") == 0)
            let notes = try await house.workshop.pool.query(
                """
                select record::text from audit
                where kind = 'linked' and record in (\(house.billing), \(house.service))
                """)
            #expect(
                try Set(notes.map { try $0[0, as: String.self] })
                    == [house.billing.description, house.service.description])
        }
    }

    @Test("Who is not the one that is named does not come in first, either (R24.2)")
    func namedBefore() async throws {
        try await open { house in
            try await house.name(house.service)
            try await house.want(house.billing, "Betty")
            try await house.send()
            #expect(try await house.resident() == nil)
            #expect(try await house.workshop.work(house.billing, .contact)?.state == .done)
            try await house.want(house.service, "Sam")
            try await house.send()
            #expect(try await house.resident() == house.service)
            #expect(house.shownName() == .set(.text("Sam")))
        }
    }

    @Test("Named there and back again: the last word holds (R24.2)")
    func backAgain() async throws {
        try await open { house in
            for (version, contact, name) in [
                (1, house.billing, "Betty"), (1, house.service, "Sam"), (2, house.billing, "Betty"),
            ] {
                try await house.name(contact)
                try await house.want(contact, name, version: Int64(version))
                try await house.send()
                #expect(try await house.resident() == contact)
                #expect(house.shownName() == .set(.text(name)))
            }
        }
    }

    @Test("Two replicas, the commands in both orders and the name at any time: the named one lives there (R24.2)")
    func replicas() async throws {
        try await Workshop.open { workshop in
            for turn in 0..<12 {
                let house = try await Household(workshop)
                let isServiceFirst = turn.isMultiple(of: 2)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        if isServiceFirst {
                            // As the router does: the name and the command of the one that is named are one commit.
                            try await house.name(house.service)
                            try await house.want(house.service, "Sam")
                            try await house.want(house.billing, "Betty")
                        } else {
                            try await house.want(house.billing, "Betty")
                            try await house.name(house.service)
                            try await house.want(house.service, "Sam")
                        }
                        try await house.want(house.billing, "Bettina", version: 2)
                    }
                    group.addTask { try await house.send(["a", "b"]) }
                    try await group.waitForAll()
                }
                try await house.send(["a", "b"])
                #expect(try await house.resident() == house.service)
                #expect(house.shownName() == .set(.text("Sam")))
                #expect(try await workshop.work(house.billing, .contact)?.state == .done)
            }
            #expect(try await workshop.count("dead_letter") == 0)
        }
    }

    @Test("Who is named and who still lives there come in one batch: neither's work is given up (R24.2)")
    func oneBatch() async throws {
        try await open { house in
            try await house.want(house.billing, "Betty")
            try await house.send()
            try await house.name(house.service)
            try await house.want(house.billing, "Bettina", version: 2)
            try await house.want(house.service, "Sam")
            _ = try await house.workshop.egress().round()
            #expect(try await house.workshop.work(house.billing, .contact)?.state == .done)
            #expect(try await house.workshop.count("dead_letter") == 0)
            try await house.send()
            #expect(try await house.resident() == house.service)
            #expect(house.shownName() == .set(.text("Sam")))
        }
    }

    @Test("An object goes over only once what is on its way to it for the other record has arrived (R24.2)")
    func inWork() async throws {
        try await open { house in
            try await house.want(house.billing, "Betty")
            try await house.send()
            try await house.want(house.billing, "Bettina", version: 2)
            let workshop = house.workshop
            workshop.vendor.whileSending.withLock { hook in
                hook = {
                    workshop.vendor.whileSending.withLock { $0 = nil }
                    try? await house.name(house.service)
                    try? await house.want(house.service, "Sam")
                    _ = try? await workshop.egress("b").round()
                }
            }
            _ = try await workshop.egress().round()
            #expect(try await house.resident() == house.billing)
            #expect(house.shownName() == .set(.text("Bettina")))
            #expect(try await workshop.work(house.service, .contact)?.failure?.code == "object_in_use")
            try await house.send()
            #expect(try await house.resident() == house.service)
            #expect(house.shownName() == .set(.text("Sam")))
        }
    }

    @Test("A write whose outcome is not known is settled before its object goes over (R24.2, R13.4)")
    func unknownOutcome() async throws {
        try await open { house in
            try await house.want(house.billing, "Betty")
            try await house.send()
            let workshop = house.workshop
            workshop.vendor.next(.loseRequest)
            try await house.want(house.billing, "Bettina", version: 2)
            _ = try await workshop.egress().round()
            #expect(try await workshop.count("intent where state = 'unknown'") == 1)
            try await house.name(house.service)
            try await house.want(house.service, "Sam")
            _ = try await workshop.egress("b").round()
            #expect(try await house.resident() == house.billing)
            _ = try await workshop.ingest().round()
            try await house.send(["a", "b"])
            #expect(try await house.resident() == house.service)
            #expect(house.shownName() == .set(.text("Sam")))
        }
    }

    @Test("Who was named when the plan was made, and is not any more, gets nothing")
    func namedNoMore() async throws {
        try await open { house in
            try await house.want(house.billing, "Betty")
            try await house.send()
            try await house.name(house.service)
            try await house.want(house.service, "Sam")
            let store = house.workshop.store()
            let claim = try #require(
                try await store.claimWork(of: Workshop.connection, limit: 1, downTo: .background).first)
            try await house.name(house.billing)
            let key = LinkKey(connection: Workshop.connection, native: house.client, entity: .contact)
            var result = EgressResult(claim, .goesOn)
            result.link = house.client
            result.replaces = EgressResult.Replacement(
                of: house.billing,
                in: SharedObject(key: key, host: house.customer, namedBy: "primary_contact"))
            try await store.settle([result], connection: Workshop.connection)
            #expect(try await house.resident() == house.billing)
            try await house.send()
            #expect(try await house.workshop.work(house.service, .contact)?.state == .done)
            #expect(house.shownName() == .set(.text("Betty")))
        }
    }

    @Test("No request leaves for an object that stands for another record by now (R24.2)")
    func movedLink() async throws {
        try await open { house in
            try await house.want(house.billing, "Betty")
            try await house.send()
            try await house.want(house.billing, "Bettina", version: 2)
            let workshop = house.workshop
            let store = workshop.store()
            let claim = try #require(
                try await store.claimWork(of: Workshop.connection, limit: 1, downTo: .background).first)
            try await workshop.pool.execute(
                "update link set record = \(house.service) where record = \(house.billing) and entity = 'contact'")
            let intent = Intent(
                id: workshop.newID(), place: claim.place, nativeType: "client", nativeID: house.client.id, key: "k",
                ordinal: 1, laneEpoch: claim.work.lane.epoch, request: [])
            await #expect {
                try await store.open([intent], lanes: [claim.work.lane], absentAfter: .zero)
            } throws: {
                ($0 as? StoreError)?.code == .linkMoved
            }
            #expect(try await workshop.count("intent where state = 'open'") == 0)
        }
    }
}
