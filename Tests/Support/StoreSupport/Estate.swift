public import CanonicalModel
internal import Foundation
internal import IntegrationSupport
public import Postgres
public import SyncCore
public import SyncStore

/// A database with tables, the shipped policy and a connection for each role.
public struct Estate: Sendable {
    /// The database.
    public let pool: PostgresPool
    /// Its time when the test began.
    public let now: Instant
    /// The connection in the role of CRM.
    public let crm = ConnectionID("crm-main")
    /// The connection in the role of field service.
    public let fsm = ConnectionID("fsm-main")
    /// The connection in the role of ledger.
    public let ledger = ConnectionID("ledger-main")

    /// Makes one in the schema of the running test, which has the trait `.integration` or `.database`.
    public static func run(_ body: (Estate) async throws -> Void) async throws {
        try await IntegrationSpace.required().withPool { pool in try await body(make(on: pool)) }
    }

    /// Makes one in a database of the test's own.
    public static func make(on pool: PostgresPool) async throws -> Estate {
        try await Migrator(SyncStore.migrations()).migrate(on: pool)
        let estate = Estate(pool: pool, now: try await pool.run(Figures.clock))
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("../../../deploy/policy/source-of-truth.yaml").standardized
        _ = try await Policies.install(
            String(contentsOf: file, encoding: .utf8), by: "test", reason: "test", on: pool)
        for capabilities in estate.capabilities {
            try await pool.run(
                Connections.declare(
                    .init(capabilities: capabilities, vendor: "x", account: "x", baseURL: "http://127.0.0.1")))
        }
        return estate
    }

    /// What the connections can do: everything, with customers, sites and jobs.
    public var capabilities: [ConnectionCapabilities] { Self.capabilities }

    /// The same, for a store that needs no database.
    public static var capabilities: [ConnectionCapabilities] {
        [("crm-main", Role.crm), ("fsm-main", .fsm), ("ledger-main", .ledger)].map { name, role in
            ConnectionCapabilities(
                connection: ConnectionID(name), role: role,
                entities: [EntityKind.customer, .site, .job].map { kind in
                    let fields = Set(ModelCatalog.declaration(of: kind).fields.map(\.name))
                    return EntityCapability(
                        kind, nativeType: kind.rawValue, originates: true, creates: true, writes: fields,
                        reads: fields, keepsExternalID: true, createGuarantee: .notApplicable)
                })
        }
    }

    /// An id of now.
    public func id() -> CanonicalID { IDSource.random.next(now) }

    /// An event of a customer's new name, and its message.
    public func event(
        _ entity: EntityKind = .customer, changedAt: Instant, from connection: ConnectionID? = nil
    ) throws -> (event: CanonicalEvent, message: StoredMessage) {
        let event = CanonicalEvent(
            id: id(), entity: entity, change: .updated, connection: connection ?? crm, role: .crm,
            native: NativeReference(type: entity.rawValue, id: "1"), fields: ["name": .set(.text("Miller"))],
            changedAt: changedAt, observedAt: now, context: MessageContext(correlation: id()))
        return (
            event,
            StoredMessage(
                id: event.id, queue: "router.events", exchange: "sync.events",
                routingKey: "crm.\(entity.rawValue).updated", body: try EventCoding.encode(event, schema: .current),
                context: event.context)
        )
    }

    /// A command that an event has caused, and its message.
    public func command(
        _ entity: EntityKind = .customer, to connection: ConnectionID, causedBy event: CanonicalEvent
    ) throws -> (received: ReceivedCommand, message: StoredMessage) {
        let command = SyncCommand(
            id: id(), connection: connection, entity: entity, verb: .upsert, record: id(), version: 1,
            desired: ["name": .init(.set(.text("Miller")))], mayCreate: true, policyVersion: 1,
            changedAt: event.changedAt, context: event.context.caused(by: event.id))
        let body = try CommandCoding.encode(command, schema: .current)
        return (
            ReceivedCommand(command, body: body),
            StoredMessage(
                id: command.id, queue: "commands.\(connection)", exchange: "sync.commands",
                routingKey: "\(connection).\(entity.rawValue).upsert", body: body, context: command.context)
        )
    }
}
