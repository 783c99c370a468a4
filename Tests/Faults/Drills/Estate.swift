import CanonicalModel
import Foundation
import Messaging
import Postgres
import SyncCore
import SyncStore

/// Records, links and commands that are written straight into the tables: as an earlier sync and the router leave them.
struct Estate {
    private static let portion = 1000

    let pool: PostgresPool
    let names: BrokerNames

    /// Writes records that are wanted at one connection.
    ///
    /// - Returns: their ids, in the same order.
    func records(
        _ entity: EntityKind, _ fields: [[FieldName: FieldValue]], version: Int64 = 1,
        wantedAt connections: Set<ConnectionID>
    ) async throws -> [CanonicalID] {
        let now = Self.now
        let records = fields.map { (fields) -> RecordState in
            let id = IDSource.random.next(now)
            let owner = Provenance(source: .connection(ConnectionID("hubspot"), .crm), changedAt: now, event: id)
            return RecordState(
                id: id, entity: entity, version: version,
                fields: fields.mapValues { FieldState(value: $0, provenance: owner) }, wanted: connections)
        }
        for some in portions(of: records) {
            var references = Records.ReferenceChange()
            for record in some { references.add(from: nil, to: record) }
            try await pool.run([try Records.insert(Array(some))] + references.statements)
        }
        return records.map(\.id)
    }

    /// Links each record with its objects.
    func link(_ groups: [(record: CanonicalID, places: [LinkKey])]) async throws {
        let now = Self.now
        for some in portions(of: groups) {
            let links = some.flatMap { group in
                group.places.map { Link(id: IDSource.random.next(now), $0, record: group.record) }
            }
            try await pool.run([IdentityMap.insert(links).discarded])
        }
    }

    /// Marks objects to be read, as a first load does it.
    func read(_ keys: [LinkKey]) async throws {
        let now = Self.now
        for some in portions(of: keys) {
            let marks = some.map {
                DirtyTable.Mark(
                    $0.native, in: $0.connection, correlation: IDSource.random.next(now), hintedAt: now)
            }
            try await pool.run([DirtyTable.mark(marks)])
        }
    }

    /// A command that brings a record to a state at one connection, as the router writes it.
    func command(
        _ entity: EntityKind, _ record: CanonicalID, at connection: ConnectionID, version: Int64 = 1,
        _ desired: [FieldName: FieldValue], mayCreate: Bool
    ) -> SyncCommand {
        let now = Self.now
        return SyncCommand(
            id: IDSource.random.next(now), connection: connection, entity: entity, verb: .upsert, record: record,
            version: version, desired: desired.mapValues { SyncCommand.Desired(.set($0)) }, mayCreate: mayCreate,
            policyVersion: 1, changedAt: now, context: MessageContext(correlation: IDSource.random.next(now)))
    }

    /// Writes commands as messages that are due: the relays of the services publish them.
    func send(_ commands: [SyncCommand]) async throws {
        for some in portions(of: commands) {
            let messages = try some.map { command in
                StoredMessage(
                    id: command.id, queue: names.commandQueue(of: command.connection.name), exchange: names.commands,
                    routingKey: "\(command.connection.name).\(command.entity.rawValue).\(command.verb.rawValue)",
                    body: try CommandCoding.encode(command, schema: .current), context: command.context)
            }
            try await pool.run([MessageTable.insert(messages.sorted { $0.id < $1.id }, lease: .zero)])
        }
    }

    private func portions<Element>(of elements: [Element]) -> [ArraySlice<Element>] {
        stride(from: 0, to: elements.count, by: Self.portion).map {
            elements[$0..<min($0 + Self.portion, elements.count)]
        }
    }

    static var now: Instant { Instant(microseconds: Int64(Date.now.timeIntervalSince1970 * 1_000_000)) }
}
