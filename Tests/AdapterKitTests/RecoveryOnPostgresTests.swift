import CanonicalModel
import ConnectorKit
import IntegrationSupport
import Postgres
import SyncCore
import SyncStore
import Testing
import VendorHTTP

@testable import AdapterKit

@Suite("Going on from a backup on Postgres", .database)
struct RecoveryOnPostgresTests {
    private func begin(_ workshop: Workshop) async throws {
        try await workshop.pool.run(
            Recoveries.begin(
                workshop.newID(), restoredTo: Adapter.clock(), by: "test", reason: "a disk was lost"))
    }

    private func release(_ workshop: Workshop) async throws {
        let recovery = try #require(try await workshop.pool.run(Recoveries.open))
        try await workshop.pool.run(Recoveries.move(recovery.id, to: .released))
    }

    @Test("While a recovery holds all writing nothing is sent, and afterwards all of it")
    func hold() async throws {
        try await Workshop.open { workshop in
            let linked = workshop.newID()
            try await workshop.want(linked, ["name": .text("Miller")])
            try await workshop.sendAll()
            try await begin(workshop)
            try await workshop.want(linked, ["name": .text("Mills")], version: 2)
            try await workshop.want(workshop.newID(), ["name": .text("Lee")])
            try await workshop.sendAll()
            #expect(workshop.vendor.requests.map(\.method) == [.post])
            try await release(workshop)
            try await workshop.sendAll()
            #expect(workshop.vendor.requests.count == 3)
            #expect(workshop.vendor.objects["c1"]?.fields[.customer]?["name"] == .set(.text("Mills")))
        }
    }

    @Test("A record whose object was made in the lost time is found by our id, and no second one is made (R13.3)")
    func found() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            workshop.vendor.edit("lost", ["name": .set(.text("Miller"))], externalID: record)
            try await begin(workshop)
            try await release(workshop)
            try await workshop.want(record, ["name": .text("Mills")])
            try await workshop.readAndSend()
            #expect(workshop.vendor.requests.isEmpty)
            #expect(workshop.vendor.objects.count == 1)
            #expect(try await workshop.link(record)?.native == workshop.client("lost"))
            let told = try workshop.published.events.compactMap { $0.fields["name"] }
            #expect(told == [.set(.text("Miller"))], "what it shows is told, and set right by the router")
        }
    }

    @Test("A record that nobody has made is looked for once, and then made under the same key")
    func absent() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            try await begin(workshop)
            try await release(workshop)
            try await workshop.want(record, ["name": .text("Miller")])
            try await workshop.sendAll()
            #expect(workshop.vendor.keys == ["\(record)-1"])
            #expect(try await workshop.count("intent where state = 'absent'") == 1)
            #expect(try await workshop.count("intent where state = 'done'") == 1)
            #expect(try await workshop.work(record)?.state == .done)
        }
    }

    @Test("What a claim has to look for is asked for at once, and before anything is sent (R13.3)")
    func together() async throws {
        try await Workshop.open { workshop in
            let records = (0..<12).map { _ in workshop.newID() }
            for (number, record) in records.enumerated() where number.isMultiple(of: 3) {
                workshop.vendor.edit("lost\(number)", ["name": .set(.text("\(number)"))], externalID: record)
            }
            try await begin(workshop)
            try await release(workshop)
            for (number, record) in records.enumerated() {
                try await workshop.want(record, ["name": .text("\(number)")])
            }
            _ = try await workshop.egress().round()
            #expect(workshop.vendor.lookUps == [MemoryVendor.LookUp(records: 12, requests: 0)])
            #expect(workshop.vendor.requests.isEmpty, "what nobody has made is made by the next round")
            try await workshop.readAndSend()
            #expect(workshop.vendor.lookUps.count == 1)
            #expect(workshop.vendor.objects.count == 12)
            #expect(Set(workshop.vendor.objects.values.map(\.externalID)) == Set(records))
            #expect(workshop.vendor.requests.map(\.method) == Array(repeating: .post, count: 8))
        }
    }

    @Test("A look-up that finds nothing too early after the begin makes nothing yet")
    func early() async throws {
        try await Workshop.open { workshop in
            try await begin(workshop)
            try await release(workshop)
            try await workshop.want(workshop.newID(), ["name": .text("Miller")])
            // As if the vendor needed an hour to show what was sent just before. Only now: what is asked for before the begin
            // counts as lost.
            try await workshop.pool.execute("update recovery set begun_at = begun_at + interval '1 hour'")
            _ = try await workshop.egress().round()
            #expect(workshop.vendor.requests.isEmpty)
            #expect(try await workshop.count("intent where state = 'unknown'") == 1)
        }
    }

    @Test("Of a record that lives in its parent's object it is read what is there, before anything is written over it")
    func embedded() async throws {
        try await Workshop.open { workshop in
            let (customer, contact) = (workshop.newID(), workshop.newID())
            try await workshop.want(customer, ["name": .text("Miller")])
            try await workshop.sendAll()
            try await begin(workshop)
            try await release(workshop)
            try await workshop.want(
                contact, ["customer": .reference(.canonical(customer)), "first_name": .text("Ann")], entity: .contact)
            try await workshop.sendAll()
            #expect(workshop.vendor.requests.map(\.method) == [.post])
            #expect(try await workshop.link(contact, .contact)?.native == workshop.client("c1"))
            #expect(try await workshop.count("dirty") == 1)
        }
    }

    @Test("A stream goes back before the backup first, and is through at its end")
    func polling() async throws {
        try await Workshop.open { workshop in
            let stream = PollStream(name: "clients", nativeType: "client", interval: .seconds(60))
            let loop = PollLoop(
                connector: workshop.vendor, session: workshop.session, store: workshop.store(), stream: stream)
            func place() async throws -> StreamPlace {
                try await workshop.store().place(of: "clients", among: ["clients"], connection: Workshop.connection)
            }
            _ = try await loop.round()
            #expect(try await place() == StreamPlace(cursor: "0", recovery: nil))
            try await begin(workshop)
            let restored = try #require(try await workshop.pool.run(Recoveries.open)).restoredTo
            _ = try await loop.round()
            let cursor = "back to \(restored.advanced(bySeconds: -600))"
            #expect(try await place() == StreamPlace(cursor: cursor, recovery: nil))
        }
    }

    @Test("Without a recovery a poll asks for its place in one round trip, and writes nothing of streams", .ownSession)
    func unheld() async throws {
        try await Workshop.open { workshop in
            func asked(_ text: String) async throws -> Int {
                try await workshop.count(
                    "pg_prepared_statements where statement like '%\(text)%' and statement not like '%pg_prepared%'")
            }
            let stream = PollStream(name: "clients", nativeType: "client", interval: .seconds(60))
            let loop = PollLoop(
                connector: workshop.vendor, session: workshop.session, store: workshop.store(), stream: stream)
            for _ in 0..<3 { _ = try await loop.round() }
            // All of it went through the one session that this goes through, too.
            #expect(try await asked("from checkpoint") == 1)
            #expect(try await asked("recovery_reading") == 0)
            try await begin(workshop)
            _ = try await loop.round()
            #expect(try await asked("recovery_reading") > 0, "or the look is worth nothing")
        }
    }
}
