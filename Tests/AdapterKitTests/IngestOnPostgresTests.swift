import CanonicalModel
import ConnectorKit
import IntegrationSupport
import Postgres
import SyncCore
import SyncStore
import Synchronization
import Testing

@testable import AdapterKit

@Suite("Reading on Postgres", .database)
struct IngestOnPostgresTests {
    @Test("A webhook's object is read once, its event, shadow and audit row are written together (R13.3)")
    func first() async throws {
        try await Workshop.open { workshop in
            workshop.vendor.edit("1", ["name": .set(.text("Miller"))])
            try await workshop.hint("1")
            try await workshop.hint("1")
            _ = try await workshop.ingest().round()
            let events = try workshop.published.events
            #expect(events.map(\.change) == [.created])
            #expect(events.first?.fields == ["name": .set(.text("Miller"))])
            #expect(try await workshop.count("message") == 1)
            #expect(try await workshop.count("shadow") == 1)
            #expect(try await workshop.count("audit") == 1)
            #expect(try await workshop.count("dirty") == 0)
            #expect(try await workshop.count("lane") == 0)
            #expect(workshop.vendor.reads == 1)
        }
    }

    @Test("R11.8: events are written as the oldest program at work reads them, until an operator says that it is gone")
    func upgrade() async throws {
        try await Workshop.open { workshop in
            try await workshop.pool.execute("update message_schema set written = 1")
            let loop = workshop.ingest()
            for id in ["1", "2"] {
                workshop.vendor.edit(id, ["name": .set(.text("Miller"))])
                try await workshop.hint(id)
                _ = try await loop.round()
                try await workshop.pool.run([SchemaAgreement.raise(to: .current)])
            }
            #expect(workshop.published.bodies.map(EnvelopePeek.schemaVersion(of:)) == ["1", "2"])
        }
    }

    @Test("A second change while the object is being read is not lost, though both came within one second")
    func secondChange() async throws {
        try await Workshop.open { workshop in
            workshop.vendor.edit("1", ["name": .set(.text("Miller"))])
            try await workshop.hint("1")
            workshop.vendor.whileReading.withLock { hook in
                hook = {
                    workshop.vendor.whileReading.withLock { $0 = nil }
                    workshop.vendor.edit("1", ["name": .set(.text("Millner"))])
                    try? await workshop.hint("1")
                }
            }
            let loop = workshop.ingest()
            _ = try await loop.round()
            #expect(try await workshop.count("dirty") == 1)
            _ = try await loop.round()
            let names = try workshop.published.events.map { $0.fields["name"] }
            #expect(names == [.set(.text("Miller")), .set(.text("Millner"))])
            #expect(try await workshop.count("dirty") == 0)
        }
    }

    @Test("A hint of our own write is an echo, any number of times (R13.11)")
    func echo() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            try await workshop.want(record, ["name": .text("Miller")])
            try await workshop.sendAll()
            for _ in 0..<3 {
                try await workshop.hint("c1")
                _ = try await workshop.ingest().round()
            }
            #expect(try workshop.published.events.isEmpty)
            #expect(workshop.vendor.reads == 3)
        }
    }

    @Test("An echo that comes before the answer to our create waits until the object is known to be ours")
    func echoBeforeAnswer() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            try await workshop.want(record, ["name": .text("Miller")])
            workshop.vendor.whileSending.withLock { hook in
                hook = {
                    // The vendor has made it and tells, while its answer is still under way.
                    workshop.vendor.edit("c9", ["name": .set(.text("Miller"))])
                    try? await workshop.hint("c9")
                    _ = try? await workshop.ingest("b").round()
                }
            }
            try await workshop.sendAll()
            #expect(try workshop.published.events.isEmpty)
            #expect(try await workshop.count("dirty") == 1)
        }
    }

    @Test("An object whose create is settled while it is looked up is known as linked, not as a stranger's")
    func settledMeanwhile() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            workshop.vendor.next(.loseAnswer)
            try await workshop.want(record, ["name": .text("Miller")])
            _ = try await workshop.egress().round()
            let key = LinkKey(connection: Workshop.connection, native: workshop.client("c1"), entity: .customer)
            let known = try await workshop.pool.withTransaction { transaction in
                try await transaction.execute("lock table intent")
                async let knowledge = workshop.store().knowledge(
                    of: [key], bearing: [:], connection: Workshop.connection)
                while try await transaction.query(
                    "select 1 from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))"
                ).isEmpty { await Task.yield() }
                try await transaction.execute("update intent set state = 'done'")
                try await transaction.execute(
                    "update link set state = 'active', native_id = 'c1' where record = \(record)")
                try await transaction.commit()
                return try await knowledge
            }
            #expect(known.links[key] == record)
        }
    }

    @Test("A read that began before our write was answered is repeated, and its old value is not believed")
    func overtaken() async throws {
        try await Workshop.open { workshop in
            let record = workshop.newID()
            try await workshop.want(record, ["name": .text("Miller")])
            try await workshop.sendAll()
            let key = LinkKey(
                connection: Workshop.connection, native: workshop.client("c1"), entity: .customer)
            try await workshop.hint("c1")
            workshop.vendor.whileReading.withLock { hook in
                hook = {
                    workshop.vendor.whileReading.withLock { $0 = nil }
                    // A write by whoever held the lane before is answered meanwhile.
                    workshop.vendor.edit("c1", ["name": .set(.text("Millner"))])
                    let shadow = Shadow(
                        fields: ["name": .set(.text("Millner"))], externalID: record,
                        readAt: Instant(microseconds: Adapter.clock().microseconds + 1000))
                    if let save = try? Shadows.save([.init(key, shadow)]) { _ = try? await workshop.pool.run(save) }
                }
            }
            _ = try await workshop.ingest().round()
            #expect(try workshop.published.events.isEmpty)
            #expect(try await workshop.count("dirty") == 1)
        }
    }

    @Test("A webhook that nobody can read is kept as it came and becomes a dead letter")
    func unreadable() async throws {
        try await Workshop.open { workshop in
            let now = Adapter.clock()
            let webhook = KeptWebhook(
                id: workshop.newID(), connection: Workshop.connection, receivedAt: now, headers: ["x-topic": "a"],
                body: Array("{".utf8),
                fault: ConnectorFault(.undecodable, code: "body", message: "no JSON", fix: "look at it"))
            try await workshop.store().keep([webhook])
            let kept = try #require(try await workshop.pool.run(Webhooks.find(webhook.id)))
            #expect(kept.body == Array("{".utf8))
            #expect(kept.outcome == "undecodable")
            #expect(try await workshop.count("dead_letter") == 1)
        }
    }

    @Test("A poll that another replica has overtaken marks nothing and moves nothing")
    func pollRace() async throws {
        try await Workshop.open { workshop in
            func page(from before: String?, to cursor: String) -> KeptPage {
                KeptPage(
                    connection: Workshop.connection, stream: "clients", correlation: workshop.newID(),
                    hints: [ChangeHint(native: workshop.client("1"), topic: "poll")], before: before, cursor: cursor)
            }
            try await workshop.store("a").keep(page(from: nil, to: "5"))
            await #expect { try await workshop.store("b").keep(page(from: nil, to: "4")) } throws: {
                ($0 as? StoreError)?.code == .checkpointMoved
            }
            let place = try await workshop.store().place(
                of: "clients", among: ["clients"], connection: Workshop.connection)
            #expect(place.cursor == "5")
        }
    }
}
