import CanonicalModel
import ConnectorKit
import IntegrationSupport
import Logging
import Messaging
import Postgres
import SyncCore
import SyncStore
import Synchronization
import VendorHTTP

@testable import AdapterKit

/// One connection to the vendor in memory, on a real database; as many replicas as a test likes.
struct Workshop: Sendable {
    static let connection = ConnectionID("fsm")

    let pool: PostgresPool
    let vendor = MemoryVendor()
    /// Knows the account's secrets.
    let redactor = Redactor()
    /// What would have been published.
    let published = Mailbox()

    /// A workshop on a database with the tables of this build.
    static func open(
        logger: Logger = Logger(label: "plumbline.postgres"), _ body: (Workshop) async throws -> Void
    ) async throws {
        let space = try IntegrationSpace.required()
        try await space.withPool(logger: logger) { pool in
            try await Migrator(SyncStore.migrations()).migrate(on: pool)
            let workshop = Workshop(pool: pool)
            try await pool.run(
                Connections.declare(
                    .init(
                        capabilities: ConnectionCapabilities(
                            connection: connection, role: .fsm, entities: workshop.vendor.descriptor.entities),
                        vendor: "memory", account: "fsm", baseURL: "http://127.0.0.1")))
            try await body(workshop)
        }
    }

    private init(pool: PostgresPool) {
        self.pool = pool
    }

    func store(_ holder: String = "a", lane: Duration = .seconds(30)) -> PostgresAdapterStore {
        var times = PostgresAdapterStore.Times(requestCeiling: .zero, messageLease: .seconds(30))
        times.laneLease = lane
        return PostgresAdapterStore(
            pool: pool, names: BrokerNames(), holder: holder, times: times, clock: Adapter.clock
        ) { [published] in
            published.add($0)
        } reopened: { _ in
        }
    }

    var session: any VendorSession { QuietSession(redactor: redactor) }

    func ingest(_ holder: String = "a", logger: Logger = Logger(label: "test")) -> IngestLoop {
        IngestLoop(
            connector: vendor, session: session, store: store(holder), logger: logger)
    }

    func egress(_ holder: String = "a") -> EgressLoop {
        EgressLoop(
            connector: vendor, session: session, store: store(holder),
            logger: Logger(label: "test"))
    }

    /// Sends until nothing is due.
    func sendAll(_ holder: String = "a") async throws {
        let loop = egress(holder)
        while try await loop.round() {}
    }

    /// Sends, reads what has to be read before anything else is sent, and sends again.
    func readAndSend(_ holder: String = "a") async throws {
        try await sendAll(holder)
        _ = try await ingest(holder).round()
        try await makeDue()
        try await sendAll(holder)
    }

    func hint(_ id: String) async throws {
        let now = Adapter.clock()
        try await store().keep([
            KeptWebhook(
                id: IDSource.random.next(now), connection: Self.connection, receivedAt: now, headers: [:], body: [],
                hints: [ChangeHint(native: client(id), topic: "changed")])
        ])
    }

    func client(_ id: String) -> NativeReference { NativeReference(type: "client", id: id) }

    func newID() -> CanonicalID { IDSource.random.next(Adapter.clock()) }

    /// A command, delivered as the broker would.
    @discardableResult
    func want(
        _ record: CanonicalID, _ fields: [FieldName: FieldValue], version: Int64 = 1, entity: EntityKind = .customer,
        effect: CanonicalID? = nil, priority: SyncCommand.Priority = .normal
    ) async throws -> AcceptedCommand {
        let command = SyncCommand(
            id: newID(), connection: Self.connection, entity: entity, verb: .upsert, record: record, version: version,
            desired: fields.mapValues { SyncCommand.Desired(.set($0)) }, effect: effect, mayCreate: true,
            priority: priority, policyVersion: 1, changedAt: Adapter.clock(),
            context: MessageContext(correlation: newID()))
        let accepted = AcceptedCommand(
            messageID: command.id.description, generation: 1, connection: Self.connection, command: command,
            body: try CommandCoding.encode(command, schema: .current), headers: [:])
        try await store().accept([accepted])
        return accepted
    }

    func work(_ record: CanonicalID, _ entity: EntityKind = .customer) async throws -> WorkTable.Row? {
        let place = Place(record: record, connection: Self.connection, entity: entity)
        return try await pool.run(WorkTable.find([place]))[place]
    }

    func link(_ record: CanonicalID, _ entity: EntityKind = .customer) async throws -> Link? {
        let place = Place(record: record, connection: Self.connection, entity: entity)
        return try await pool.run(IdentityMap.places([place]))[place]
    }

    func count(_ table: String) async throws -> Int {
        try await pool.query("select count(*) from \(raw: table)")[0][0, as: Int.self]
    }
}

/// Messages as they were handed to the relay.
final class Mailbox: Sendable {
    private let messages = Mutex<[StoredMessage]>([])

    func add(_ new: [StoredMessage]) { messages.withLock { $0 += new } }

    var bodies: [[UInt8]] { messages.withLock { $0.map(\.body) } }

    var events: [CanonicalEvent] {
        get throws { try messages.withLock { $0 }.map { try EventCoding.decode($0.body) } }
    }
}

/// A session that is never asked: the vendor in memory needs none.
private struct QuietSession: VendorSession {
    let redactor: Redactor
    let declaration = ConnectionDeclaration(
        id: Workshop.connection, vendor: "memory", role: .fsm, baseURL: "http://127.0.0.1")
    var now: Instant { Adapter.clock() }

    func send(_ request: VendorRequest, isSafe: Bool) async throws(ConnectorFault) -> HTTPResponse {
        throw ConnectorFault(.transient, code: "none", message: "there is no network here", fix: "none")
    }

    func redacted(_ fault: ConnectorFault) -> ConnectorFault { fault.redacted(by: redactor) }
}
