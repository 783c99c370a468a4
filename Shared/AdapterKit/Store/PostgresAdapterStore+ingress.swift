public import CanonicalModel
public import ConnectorKit
import Postgres
public import SyncCore
import SyncStore

extension PostgresAdapterStore {
    /// Keeps webhooks and marks what they name, all of them in one transaction.
    public func keep(_ webhooks: [KeptWebhook]) async throws {
        let deliveries = webhooks.map { webhook in
            Webhooks.Delivery(
                id: webhook.id, connection: webhook.connection, receivedAt: webhook.receivedAt,
                headers: Self.json(webhook.headers), body: webhook.body,
                outcome: webhook.fault != nil ? "undecodable" : webhook.hints.isEmpty ? "ignored" : "marked")
        }
        let marks = webhooks.flatMap { webhook in
            webhook.hints.map { hint in
                DirtyTable.Mark(
                    hint.native, in: webhook.connection, correlation: webhook.id, hintedAt: webhook.receivedAt)
            }
        }
        let letters = webhooks.compactMap { webhook in webhook.fault.map { letter(webhook, $0) } }
        var statements = [Webhooks.insert(deliveries)]
        if !marks.isEmpty { statements.append(DirtyTable.mark(marks)) }
        if !letters.isEmpty { statements.append(DeadLetters.insert(letters)) }
        // Last, for it may wait for whoever notes what was missed.
        for (connection, marks) in Dictionary(grouping: marks, by: \.connection).sorted(by: { $0.key < $1.key }) {
            statements.append(WebhookSource.heard(Set(marks.map(\.native.type)), from: connection))
        }
        try await pool.withTransaction { [statements] transaction in
            try await transaction.commit(running: statements)
        }
    }

    /// Marks what a poll brought and moves its cursor.
    public func keep(_ page: KeptPage) async throws {
        let now = clock()
        let marks = page.hints.map { hint in
            DirtyTable.Mark(
                hint.native, in: page.connection, correlation: page.correlation, hintedAt: now,
                changedAt: hint.occurredAt, isPolled: true)
        }
        var statements: [Statement<Void>] = []
        if page.before != page.cursor {
            statements.append(
                Checkpoints.move(page.stream, of: page.connection, from: page.before, to: page.cursor))
        }
        if !marks.isEmpty { statements.append(DirtyTable.mark(marks)) }
        try await pool.withTransaction { [statements] transaction in
            try await transaction.commit(running: statements)
        }
    }

    /// Where a poll goes on, and what it has still to do in a recovery.
    public func place(
        of stream: String, among streams: [String], connection: ConnectionID
    ) async throws -> StreamPlace {
        let (cursor, isHeld) = try await pool.run(Checkpoints.find(stream, of: connection), Recoveries.isHolding)
        guard isHeld else { return StreamPlace(cursor: cursor, recovery: nil) }
        let (_, left) = try await pool.run(
            Recoveries.tell(streams, of: connection), Recoveries.stream(stream, of: connection))
        return StreamPlace(cursor: cursor, recovery: left)
    }

    /// Notes how far a stream has come in a recovery.
    public func note(_ step: StreamRecovery.Step, of stream: String, connection: ConnectionID) async throws {
        try await pool.run(Recoveries.note(step, of: stream, connection: connection))
    }

    private func letter(_ webhook: KeptWebhook, _ fault: ConnectorFault) -> DeadLetters.Letter {
        DeadLetters.Letter(
            id: ids.next(webhook.receivedAt), source: .webhook, connection: webhook.connection,
            failureClass: fault.failureClass, code: fault.code, failure: fault.message, fix: fault.fix, attempts: 1,
            failedAt: webhook.receivedAt, correlation: webhook.id, headers: webhook.headers, payload: webhook.body)
    }

    private static func json(_ headers: [String: String]) -> [UInt8] {
        var object = JSONObject()
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) { object[name] = .string(value) }
        return JSONValue.object(object).serialised()
    }
}
