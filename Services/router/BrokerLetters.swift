import CanonicalModel
import Messaging
import Postgres
import SyncCore
import SyncStore

/// Turns what died at the broker into dead letters, and settles its rows.
///
/// A message is one letter per generation, however often the broker delivers it: settling its row, or taking a stranger's
/// in, is the same test for all. What was settled before has had its effect, or its letter.
struct BrokerLetters: Sendable {
    let pool: PostgresPool
    let names: BrokerNames
    let ids: IDSource
    let clock: @Sendable () -> Instant

    private struct Dead {
        var key: MessageKey
        var message: IncomingMessage
        var death: BrokerDeath
    }

    /// Writes the letters of a batch, in one transaction.
    ///
    /// - Parameter queue: the queue whose dead letters these are.
    /// - Returns: how many letters were new.
    func store(_ batch: [IncomingMessage], of queue: String) async throws -> Int {
        var dead: [MessageKey: Dead] = [:]
        for message in batch {
            let one = Dead(
                key: MessageKey(of: message, in: queue), message: message, death: BrokerDeath(of: message, queue: queue)
            )
            dead[one.key] = one
        }
        let all = dead.values.sorted { $0.key < $1.key }
        return try await pool.withTransaction { transaction in
            let settled = try await transaction.run(MessageTable.settle(all.map(\.key)))
            let strangers = all.filter { !settled.contains($0.key.id) }
            let accepted = try await transaction.run(MessageTable.accept(strangers.map(stored)))
            let now = clock()
            let letters = all.filter { settled.contains($0.key.id) || accepted.contains($0.key.id) }
                .map { letter($0, now: now) }
            guard !letters.isEmpty else { return 0 }
            try await transaction.commit(
                running: DeadLetters.insert(letters), AuditLog.insert(letters.map { note($0, now: now) }))
            return letters.count
        }
    }

    private func stored(_ dead: Dead) -> StoredMessage {
        StoredMessage(
            id: dead.key.id, queue: dead.death.queue, exchange: dead.death.exchange,
            routingKey: dead.death.routingKey, body: dead.message.body, generation: dead.key.generation)
    }

    private func letter(_ dead: Dead, now: Instant) -> DeadLetters.Letter {
        let event = try? EventCoding.decode(dead.message.body)
        let command = event == nil ? try? CommandCoding.decode(dead.message.body) : nil
        let headers = dead.message.headers
        return DeadLetters.Letter(
            id: ids.next(now), source: .broker, queue: dead.death.queue, message: dead.key.id,
            generation: dead.key.generation,
            connection: event?.connection ?? command?.connection ?? addressee(of: dead.death.queue),
            entity: event?.entity ?? command?.entity, record: command?.record, native: event?.native,
            failureClass: dead.death.failureClass, code: dead.death.reason,
            failure: dead.death.failure, fix: dead.death.fix, attempts: dead.death.count,
            failedAt: dead.death.at ?? now,
            correlation: event?.context.correlation ?? command?.context.correlation
                ?? headers[MessageHeaders.correlationID].flatMap { CanonicalID($0) },
            headers: headers, payload: dead.message.body)
    }

    /// The connection that a queue of commands is for.
    private func addressee(of queue: String) -> ConnectionID? {
        let prefix = names.commandQueue(of: "")
        guard queue.hasPrefix(prefix) else { return nil }
        let connection = ConnectionID(String(queue.dropFirst(prefix.count)))
        return connection.isValid ? connection : nil
    }

    private func note(_ letter: DeadLetters.Letter, now: Instant) -> AuditEntry {
        AuditEntry(
            id: ids.next(now), at: now,
            note: AuditNote(
                .deadLettered, entity: letter.entity, record: letter.record, connection: letter.connection,
                correlation: letter.correlation, message: letter.message,
                body: JSONValue.object(["code": .string(letter.code), "failure": .string(letter.failure)])
                    .serialised()))
    }
}
