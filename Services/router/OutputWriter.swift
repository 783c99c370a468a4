import CanonicalModel
import Messaging
import Postgres
import SyncCore
import SyncStore

/// Writes what a batch leads to, and commits.
struct OutputWriter {
    let output: RouteOutput
    let deliveries: [BatchRouter.Delivery]
    let loader: WorkingSetLoader
    let names: BrokerNames
    let ids: IDSource
    let now: Instant
    let lease: Duration
    let parkDeadline: Duration
    /// The version of messages that everybody at work reads.
    let schema: SchemaVersion

    /// Writes in one round trip, the commit included.
    ///
    /// - Returns: the messages to publish, and others that were opened again.
    func write(in transaction: PostgresTransaction) async throws -> (messages: [StoredMessage], reopened: [CanonicalID])
    {
        let messages = try commands()
        let links = links
        var statements = try records() + parks()
        if !links.isEmpty { statements.append(IdentityMap.require(links)) }
        if !output.effects.isEmpty { statements.append(Effects.insert(output.effects)) }
        if !output.proposals.isEmpty { statements.append(try Proposals.open(output.proposals)) }
        if !output.withdrawn.isEmpty { statements.append(Proposals.withdraw(output.withdrawn)) }
        if !output.invoiceReferences.isEmpty {
            statements.append(InvoiceReferences.write(output.invoiceReferences).discarded)
        }
        let entries = output.notes.map { AuditEntry(id: ids.next(now), at: now, note: $0) }
        if !entries.isEmpty { statements.append(AuditLog.insert(entries)) }
        if !messages.isEmpty { statements.append(MessageTable.insert(messages, lease: lease)) }
        // Last, for what waits for an object that this very batch links must not wait on.
        let opened = try await transaction.commit(running: statements.map { $0.map { [] } } + releases())
        return (messages, Array(opened.joined()))
    }

    private func records() throws -> [Statement<Void>] {
        let changed = output.records.values.sorted { $0.id < $1.id }
        let new = changed.filter { loader.stored[$0.id] == nil }
        let old = changed.filter { loader.stored[$0.id] != nil }
        var references = Records.ReferenceChange()
        for record in changed { references.add(from: loader.stored[record.id], to: record) }
        var statements: [Statement<Void>] = []
        if !new.isEmpty { statements.append(try Records.insert(new)) }
        if !old.isEmpty { statements.append(try Records.save(old)) }
        statements += references.statements
        for merge in output.merges {
            statements += Redirects.merge(merge.source, into: merge.target)
            statements.append(IdentityMap.set(.alias, of: [merge.alias]).discarded)
        }
        return statements
    }

    private var links: [Link] {
        output.links.map { Link(id: ids.next(now), $0.key, record: $0.record) }
    }

    /// Brings back what waits for the objects and places that are linked; each statement gives the messages that it opens.
    private func releases() -> [Statement<[CanonicalID]>] {
        let links = links
        guard !links.isEmpty else { return [] }
        return [Parks.release(linked: links.compactMap(\.key)), Parks.release(placed: links.map(\.place))].map {
            $0.map { $0.messages.sorted() }
        }
    }

    private func parks() throws -> [Statement<Void>] {
        guard !output.parked.isEmpty else { return [] }
        var statements: [Statement<Void>] = []
        let generations = Dictionary(
            deliveries.map { ($0.key.id, $0.key.generation) }
        ) { first, _ in first }
        let whole = output.parked.filter { !$0.isSplitOff }
        if !whole.isEmpty {
            statements.append(
                MessageTable.parkSettled(
                    whole.map { MessageKey($0.event.id, generation: generations[$0.event.id] ?? 1) }))
        }
        let parts = try output.parked.filter(\.isSplitOff).map { try stored($0.event) }
        if !parts.isEmpty {
            statements.append(MessageTable.insert(parts, lease: parkDeadline))
            statements.append(MessageTable.park(parts.map(\.key)).discarded)
        }
        let rows = output.parked.flatMap { parked in
            parked.waitsFor.map { parent in
                Park(
                    id: ids.next(now), .message(parked.event.id), for: .object(parent),
                    cause: "\(parked.event.entity.rawValue) \(parked.event.native) refers to \(parent.native), "
                        + "which has not been read yet")
            }
        }
        statements.append(Parks.park(rows, deadline: parkDeadline))
        return statements
    }

    private func commands() throws -> [StoredMessage] {
        let commands = Array(output.commands.values) + output.reads
        return try commands.sorted { $0.id < $1.id }.map { command in
            StoredMessage(
                id: command.id, queue: names.commandQueue(of: command.connection.name), exchange: names.commands,
                routingKey: "\(command.connection.name).\(command.entity.rawValue).\(command.verb.rawValue)",
                body: try CommandCoding.encode(command, schema: schema), context: command.context)
        }
    }

    private func stored(_ event: CanonicalEvent) throws -> StoredMessage {
        StoredMessage(
            id: event.id, queue: names.routerEvents, exchange: names.events,
            routingKey: "\(event.role.rawValue).\(event.entity.rawValue).\(event.change.rawValue)",
            body: try EventCoding.encode(event, schema: schema), context: event.context)
    }
}
