import CanonicalModel
import Messaging
import Postgres
import SyncStore

/// Sends the commands of snapshots that were asked for.
struct SnapshotDispatcher: Sendable {
    let pool: PostgresPool
    let names: BrokerNames
    /// How long the relay that wrote a message has to publish it before any other may.
    let lease: Duration
    let hand: @Sendable ([StoredMessage]) -> Void

    func dispatch() async throws {
        let messages = try await pool.withTransaction { transaction in
            let (requests, policy, schema) = try await transaction.run(
                Snapshots.unsent(limit: 100), Policies.active, SchemaAgreement.written)
            guard !requests.isEmpty else { return [StoredMessage]() }
            let messages = try requests.map { try message(for: $0, policy: policy ?? 0, schema: schema) }
            try await transaction.commit(running: MessageTable.insert(messages, lease: lease))
            return messages
        }
        hand(messages)
    }

    private func message(
        for request: Snapshots.Request, policy: Int64, schema: SchemaVersion
    ) throws -> StoredMessage {
        let command = SyncCommand(
            id: request.run, connection: request.connection, entity: request.entity, verb: .snapshot,
            record: request.run, version: 1, priority: .background, policyVersion: policy,
            changedAt: request.requestedAt, context: MessageContext(correlation: request.run))
        let key = try RoutingKey.command(
            connection: request.connection.name, entity: request.entity.rawValue,
            verb: SyncCommand.Verb.snapshot.rawValue)
        return StoredMessage(
            id: command.id, queue: names.commandQueue(of: request.connection.name), exchange: names.commands,
            routingKey: key.description, body: try CommandCoding.encode(command, schema: schema),
            context: command.context)
    }
}
