import CanonicalModel
import Foundation
import IntegrationSupport
import Logging
import Messaging
import Postgres
import SyncCore
import SyncPolicy
import SyncStore
import Testing

@testable import Router

@Suite("The router on a real database", .database) struct EventLoopTests {
    private let crm = ConnectionID("crm-main")
    private let fsm = ConnectionID("fsm-main")
    private let names = BrokerNames()

    private func capabilities(_ connection: ConnectionID, _ role: Role) -> ConnectionCapabilities {
        ConnectionCapabilities(
            connection: connection, role: role,
            entities: [EntityKind.customer, .contact, .site, .job].map { kind in
                let fields = Set(ModelCatalog.declaration(of: kind).fields.map(\.name))
                return EntityCapability(
                    kind, nativeType: kind.rawValue, originates: true, creates: role == .fsm, writes: fields,
                    reads: fields, keepsExternalID: true, createGuarantee: .notApplicable)
            })
    }

    private func event(
        _ entity: EntityKind, _ id: String, _ fields: Patch, of role: Role = .crm,
        bearing externalID: CanonicalID? = nil
    ) -> CanonicalEvent {
        let now = Instant(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        return CanonicalEvent(
            id: IDSource.random.next(now), entity: entity, change: .created,
            connection: role == .crm ? crm : fsm, role: role,
            native: NativeReference(type: entity.rawValue, id: id), externalID: externalID, fields: fields,
            changedAt: now, observedAt: now,
            context: MessageContext(correlation: IDSource.random.next(now)))
    }

    /// A database with policy and connections, and a broker in memory with the router at work on it.
    private func withRouter(
        _ body: (PostgresPool, MemoryPublisher, MemorySource) async throws -> Void
    ) async throws {
        try await IntegrationSpace.required().withPool { pool in
            try await Migrator(SyncStore.migrations()).migrate(on: pool)
            let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .appendingPathComponent("../../deploy/policy/source-of-truth.yaml").standardized
            _ = try await Policies.install(
                String(contentsOf: file, encoding: .utf8), by: "test", reason: "test", on: pool)
            for declared in [capabilities(crm, .crm), capabilities(fsm, .fsm)] {
                _ = try await pool.run(
                    Connections.declare(
                        .init(capabilities: declared, vendor: "x", account: "x", baseURL: "http://127.0.0.1")))
            }
            let broker = MemoryBroker()
            try broker.declare(Topology.plumbline(names, connections: [crm.name, fsm.name]))
            let relay = Relay(pool: pool, publisher: broker.publisher(), logger: Logger(label: "test"))
            let source = broker.source(queue: names.routerEvents)
            let loop = Router.eventLoop(
                source: source, pool: pool, relay: relay, names: names, concurrency: 2,
                clock: { DatabaseClock.systemTime }, logger: Logger(label: "test"))
            let commands = broker.source(queue: names.commandQueue(of: crm.name))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await relay.run() }
                group.addTask { try await loop.run() }
                try await body(pool, broker.publisher(), commands)
                source.shutDown()
                group.cancelAll()
            }
        }
    }

    private func publish(
        _ event: CanonicalEvent, by publisher: MemoryPublisher, schema: SchemaVersion = .current
    ) async throws {
        let outcomes = await publisher.publish([
            OutgoingMessage(
                id: event.id.description, exchange: names.events,
                routingKey: "crm.\(event.entity.rawValue).created", headers: [:],
                contentType: "application/cloudevents+json", body: try EventCoding.encode(event, schema: schema))
        ])
        #expect(outcomes == [.confirmed])
    }

    @Test(
        "An event becomes a record, a link and a confirmed command with our id, and the same again changes nothing (R13.3)"
    )
    func oneEvent() async throws {
        try await withRouter { pool, publisher, commands in
            let event = event(.customer, "1", ["name": .set(.text("Miller"))])
            try await publish(event, by: publisher)
            let message = try #require(try await commands.nextBatch().first)
            let command = try CommandCoding.decode(message.body)
            #expect(command.connection == crm)
            #expect(command.context.correlation == event.context.correlation)
            #expect(command.context.causation == event.id)
            let key = LinkKey(connection: crm, native: event.native, entity: .customer)
            let link = try #require(try await pool.run([IdentityMap.find([key])]).first?[key])
            #expect(link.record == command.record)
            try await publish(event, by: publisher)
            // A later event of another record comes through after the second delivery was settled.
            try await publish(self.event(.customer, "2", ["name": .set(.text("Other"))]), by: publisher)
            let next = try #require(try await commands.nextBatch().first)
            #expect(try CommandCoding.decode(next.body).record != command.record)
            let found = try await pool.run([Records.read([command.record])]).first
            #expect(found?.records.first?.version == 1)
        }
    }

    @Test("R11.8: commands are written as the oldest program at work reads them, until it is said to be gone")
    func upgrade() async throws {
        try await withRouter { pool, publisher, commands in
            try await pool.execute("update message_schema set written = 1")
            for (id, events, written) in [("1", SchemaVersion(1), 1), ("2", .current, 1), ("3", SchemaVersion(1), 2)] {
                if written == 2 { try await pool.run([SchemaAgreement.raise(to: .current)]) }
                try await publish(
                    event(.customer, id, ["name": .set(.text("Miller"))]), by: publisher, schema: events)
                let message = try #require(try await commands.nextBatch().first)
                #expect(EnvelopePeek.schemaVersion(of: message.body) == "\(written)", "event \(id)")
                #expect(message.headers[MessageHeaders.schemaVersion] == "\(written)", "event \(id)")
                let command = try CommandCoding.decode(message.body)
                #expect(command.origin == (written == 1 ? nil : crm))
                if written == 1 {
                    #expect(try CommandCoding.decode(message.body, schema: SchemaVersion(1)) == command)
                }
            }
        }
    }

    @Test("R11.8: what asks for a parent is written as the oldest program at work reads it, too", arguments: [1, 2])
    func parked(version: Int) async throws {
        try await withRouter { pool, publisher, commands in
            try await pool.execute("update message_schema set written = \(version)")
            let parent = NativeReference(type: "customer", id: "1")
            try await publish(
                event(
                    .contact, "7",
                    ["customer": .set(.reference(.native(parent, .customer))), "first_name": .set(.text("Ada"))]),
                by: publisher)
            let read = try #require(try await commands.nextBatch().first)
            #expect(EnvelopePeek.schemaVersion(of: read.body) == "\(version)")
            #expect(try CommandCoding.decode(read.body).origin == (version == 1 ? nil : crm))
        }
    }

    @Test("A child that comes before its parent waits, and is routed when the parent is known")
    func childFirst() async throws {
        try await withRouter { pool, publisher, commands in
            let parent = NativeReference(type: "customer", id: "1")
            try await publish(
                event(.contact, "7", ["customer": .set(.reference(.native(parent, .customer)))]), by: publisher)
            let read = try #require(try await commands.nextBatch().first)
            let asked = try CommandCoding.decode(read.body)
            #expect(asked.verb == .read)
            #expect(asked.native == parent)
            try await publish(event(.customer, "1", ["name": .set(.text("Miller"))]), by: publisher)
            var entities: [EntityKind] = []
            while !entities.contains(.contact) {
                for message in try await commands.nextBatch() {
                    entities.append(try CommandCoding.decode(message.body).entity)
                }
            }
            #expect(entities.contains(.customer))
        }
    }

    @Test(
        "Work that begins to wait for a record in the moment in which somebody's object becomes it goes on (R2.8)",
        .timeLimit(.minutes(1)))
    func linkedMeanwhile() async throws {
        try await withRouter { pool, publisher, commands in
            try await publish(event(.customer, "1", ["name": .set(.text("Miller"))]), by: publisher)
            let message = try #require(try await commands.nextBatch().first)
            let record = try CommandCoding.decode(message.body).record
            let child = IDSource.random.next(Instant(microseconds: 0))
            let parent = Place(record: record, connection: fsm, entity: .customer)
            let park = Park(
                id: child, .work(Place(record: child, connection: fsm, entity: .contact)), for: .place(parent),
                cause: "customer is not there yet")
            // What an adapter does that has not found the customer there.
            try await pool.withTransaction { adapter in
                try await adapter.run([
                    AdvisoryLock.take([.place(record, in: fsm)]), Parks.park([park], deadline: .seconds(60)),
                ])
                try await adapter.execute(
                    """
                    insert into work (
                        connection, record, entity, version, priority, state, due_at, changed_at, command, correlation,
                        body)
                    values (\(fsm), \(child), 'contact', 1, 1, 'waiting', now(), now(), \(child), \(child), ''::bytea)
                    """)
                try await publish(
                    event(.customer, "F1", ["name": .set(.text("Miller"))], of: .fsm, bearing: record), by: publisher)
                // Meanwhile the router links the object, or waits for this transaction.
                while try await pool.query(
                    """
                    select 1 from link where native_id = 'F1'
                    union all select 1 from pg_locks where locktype = 'advisory' and not granted
                    """
                ).isEmpty {}
            }
            while try await pool.query("select 1 from work where record = \(child) and state = 'ready'").isEmpty {}
        }
    }

    @Test("A message that nobody can read is one dead letter, and the others go on")
    func unreadable() async throws {
        try await withRouter { pool, publisher, commands in
            _ = await publisher.publish([
                OutgoingMessage(
                    id: "strange", exchange: names.events, routingKey: "crm.customer.created", headers: [:],
                    contentType: "application/json", body: Array("{\"specversion\":".utf8))
            ])
            try await publish(event(.customer, "1", ["name": .set(.text("Miller"))]), by: publisher)
            _ = try await commands.nextBatch()
            try await letters(1, pool)
            let count = try await pool.query(
                "select count(*) from dead_letter where failure_class = 'undecodable' and state = 'open'")
            #expect(try count[0][0, as: Int.self] == 1)
        }
    }

    /// Waits for dead letters: events are routed side by side, so that one may be done before another is given up.
    private func letters(_ count: Int, _ pool: PostgresPool) async throws {
        while try await pool.query("select id from dead_letter").count < count {}
    }

    @Test(
        "An event of a connection that nobody serves, or in another's role, or with zero bytes stops nobody behind it")
    func strangers() async throws {
        try await withRouter { pool, publisher, commands in
            var nobodys = event(.customer, "7", ["name": .set(.text("Ghost"))])
            nobodys.connection = ConnectionID("nobody")
            var anothers = event(.customer, "8", ["name": .set(.text("Ghost"))])
            anothers.role = .ledger
            _ = await publisher.publish([
                OutgoingMessage(
                    id: "zero", exchange: names.events, routingKey: "crm.customer.created",
                    headers: ["x-note": "a\0b", "correlation-id": "\0"], body: Array(#"{"a\u0000b":[}"#.utf8))
            ])
            try await publish(nobodys, by: publisher)
            try await publish(anothers, by: publisher)
            try await publish(event(.customer, "1", ["name": .set(.text("Miller"))]), by: publisher)
            _ = try await commands.nextBatch()
            try await letters(3, pool)
            let letters = try await pool.query("select failure from dead_letter order by failure")
            #expect(
                try letters.map { try $0[0, as: String.self] } == [
                    "invalid_value at /data/role: expected crm, the role of crm-main, found ledger",
                    "malformed at /a?b/0 (byte 13): expected JSON (RFC 8259), found expected a value, found '}'",
                    "unknown_word at /source: expected a connection that an adapter serves, found 'nobody'",
                ])
            let records = try await pool.query("select count(*) from record")
            #expect(try records[0][0, as: Int.self] == 1)
        }
    }
}
