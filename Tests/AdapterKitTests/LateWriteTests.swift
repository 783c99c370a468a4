import CanonicalModel
import ConnectorKit
import IntegrationSupport
import Logging
import Postgres
import SyncCore
import SyncStore
import Synchronization
import Testing

@testable import AdapterKit

@Suite("Requests that are carried out after we have gone on without them", .database)
struct LateWriteTests {
    @Test("A replica that slept sends an old value: it is no change of the system's, and is put right (R13.4, R24.14)")
    func update() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            try await workshop.want(record, ["name": .text("Miller"), "phone": .text("1")])
            try await workshop.sendAll()
            try await workshop.want(record, ["name": .text("Miller"), "phone": .text("2")], version: 2)
            try await sleepWhileSending(in: workshop) {
                try await workshop.want(record, ["name": .text("Miller"), "phone": .text("3")], version: 3)
                try await workshop.readAndSend("b")
                #expect(phone(workshop) == .set(.text("3")))
            }
            #expect(phone(workshop) == .set(.text("2")), "the late request has undone the newer one")

            // Whoever wakes up says itself what has to be looked at.
            _ = try await workshop.ingest().round()
            try await workshop.sendAll()
            #expect(phone(workshop) == .set(.text("3")))
            #expect(try workshop.published.events.isEmpty)
            #expect(try await workshop.count("audit where kind = 'repaired'") == 1)

            // It has come: whoever enters the same value now means it.
            workshop.vendor.edit("c1", ["phone": .set(.text("2"))])
            try await workshop.hint("c1")
            _ = try await workshop.ingest().round()
            #expect(try workshop.published.events.map(\.fields) == [["phone": .set(.text("2"))]])
        }
    }

    @Test("What is read before anybody knows the outcome of our own write is no change of the system's (R13.11)")
    func unanswered() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            try await workshop.want(record, ["name": .text("Miller"), "phone": .text("1")])
            try await workshop.sendAll()
            try await workshop.want(record, ["name": .text("Miller"), "phone": .text("2")], version: 2)
            workshop.vendor.next(.loseAnswer)
            try await workshop.sendAll()
            #expect(phone(workshop) == .set(.text("2")))
            workshop.vendor.edit("c1", ["notes": .set(.text("ring twice"))])
            try await workshop.hint("c1")
            _ = try await workshop.ingest().round()
            #expect(try workshop.published.events.map(\.fields) == [["notes": .set(.text("ring twice"))]])
            #expect(try await workshop.count("audit where kind = 'repaired'") == 0)
        }
    }

    @Test("What a person has entered meanwhile is a change, beside what a late request has undone")
    func besides() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            try await workshop.want(record, ["name": .text("Miller"), "phone": .text("1")])
            try await workshop.sendAll()
            try await workshop.want(record, ["name": .text("Miller"), "phone": .text("2")], version: 2)
            try await sleepWhileSending(in: workshop) {
                try await workshop.want(record, ["name": .text("Miller"), "phone": .text("3")], version: 3)
                try await workshop.readAndSend("b")
            }
            workshop.vendor.edit("c1", ["notes": .set(.text("ring twice"))])
            try await workshop.hint("c1")
            _ = try await workshop.ingest().round()
            #expect(try workshop.published.events.map(\.fields) == [["notes": .set(.text("ring twice"))]])
        }
    }

    @Test("A create that comes late makes no second customer: its object is neutralised, once, and stands for nothing")
    func create() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            try await workshop.want(record, ["name": .text("Miller")])
            try await sleepWhileSending(in: workshop) {
                try await workshop.sendAll("b")
                #expect(workshop.vendor.objects.isEmpty, "what the sleeper has sent may not be shown yet")
                try await workshop.makeDue()
                try await workshop.sendAll("b")
            }
            #expect(workshop.vendor.objects.count == 2)
            #expect(try await workshop.link(record)?.native == workshop.client("c1"))
            let keys = ["c1", "c2"].map { id in
                LinkKey(connection: Workshop.connection, native: workshop.client(id), entity: .customer)
            }
            let late = try await workshop.pool.run(
                Intents.lateCreates(of: Dictionary(uniqueKeysWithValues: keys.map { ($0, record) })))
            #expect(Set(late.keys) == [keys[1]], "what stands for the record has not come late")

            let neutraliser = Neutraliser(
                connector: workshop.vendor, session: workshop.session, pool: workshop.pool, ids: .random,
                logger: Logger(label: "test"))
            for _ in 0..<2 {
                try await workshop.hint("c2")
                _ = try await workshop.ingest().round()
                try await neutraliser.round()
            }
            #expect(try workshop.published.events.isEmpty)
            #expect(workshop.vendor.neutralised == ["c2"])
            #expect(try await workshop.count("late_object where state = 'neutralised'") == 1)
            #expect(try await workshop.count("audit where kind = 'repaired'") == 2)
            #expect(try await workshop.count("dirty") == 0)

            // A copy that a person makes of the customer is theirs.
            workshop.vendor.edit("c3", ["name": .set(.text("Miller"))], externalID: record)
            try await workshop.hint("c3")
            _ = try await workshop.ingest().round()
            #expect(try workshop.published.events.map(\.native) == [workshop.client("c3")])
        }
    }

    /// Lets replica a sleep with a request ready to be sent, longer than its lease, and wake up to send it.
    private func sleepWhileSending(
        in workshop: Workshop, _ meanwhile: @escaping @Sendable () async throws -> Void
    ) async throws {
        workshop.vendor.whileSending.withLock { hook in
            hook = {
                workshop.vendor.whileSending.withLock { $0 = nil }
                do {
                    try await workshop.pool.execute("delete from lane")
                    try await meanwhile()
                } catch {
                    Issue.record(error)
                }
            }
        }
        await #expect { _ = try await workshop.egress("a").round() } throws: {
            ($0 as? StoreError)?.code == .laneLost
        }
    }

    private func phone(_ workshop: Workshop) -> PatchValue? {
        workshop.vendor.objects["c1"]?.fields[.customer]?["phone"]
    }
}
