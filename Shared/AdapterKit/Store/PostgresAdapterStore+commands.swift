import CanonicalModel
public import ConnectorKit
import Messaging
import Postgres
import SyncCore
import SyncStore

extension PostgresAdapterStore {
    /// Takes in commands, settles their messages, and gives up those that cannot be read.
    ///
    /// What was settled before has no effect.
    public func accept(_ commands: [AcceptedCommand]) async throws {
        let reads = commands.contains { $0.command.map { $0.verb == .read && $0.native == nil } ?? false }
        if !reads {
            do {
                return try await acceptTogether(commands)
            } catch let error as StoreError where error.code == .messageSettled {
                // Each is looked at by itself, then.
            }
        }
        try await pool.withTransaction { transaction in
            let (fresh, lost) = try await settle(commands, in: transaction)
            let reads = fresh.compactMap { $0.command }.filter { $0.verb == .read }
            let places = Set(
                reads.filter { $0.native == nil }.map {
                    Place(record: $0.record, connection: $0.connection, entity: $0.entity)
                })
            let links = places.isEmpty ? [:] : try await transaction.run(IdentityMap.places(places))
            let now = clock()
            try await transaction.commit(
                running: statements(for: fresh, links: links, now: now)
                    + (lost.isEmpty ? [] : [AuditLog.insert(lost.map { entry(ofLost: $0, at: now) })]))
        }
    }

    /// Takes in commands all of which are new, in one round trip; nothing where one of them is not.
    private func acceptTogether(_ commands: [AcceptedCommand]) async throws {
        let statements = statements(for: commands, links: [:], now: clock())
        try await pool.withTransaction { transaction in
            try await transaction.commit(running: [MessageTable.settleAll(commands.map(key))] + statements)
        }
    }

    /// The commands whose messages this transaction settles, and those of strangers that have no row; and those without a row
    /// that were made before a backup was restored: their versions would cover what is decided anew.
    private func settle(
        _ commands: [AcceptedCommand], in transaction: PostgresTransaction
    ) async throws -> (fresh: [AcceptedCommand], lost: [SyncCommand]) {
        let keys = commands.map(key)
        let settled = try await transaction.run(MessageTable.settle(keys))
        guard settled.count < commands.count else { return (commands, []) }
        let foreign = zip(commands, keys).filter { !settled.contains($1.id) }.map { command, key in
            StoredMessage(
                id: key.id, queue: names.commandQueue(of: command.connection.name),
                exchange: names.commands, routingKey: "", body: command.body)
        }
        let (accepted, begun) = try await transaction.run(MessageTable.accept(foreign), Recoveries.lastBegun)
        var fresh: [AcceptedCommand] = []
        var lost: [SyncCommand] = []
        for (message, key) in zip(commands, keys) where settled.contains(key.id) || accepted.contains(key.id) {
            if let command = message.command, command.verb == .upsert, !settled.contains(key.id), let begun,
                LostTime.hasMade(command.id, before: begun)
            {
                lost.append(command)
            } else {
                fresh.append(message)
            }
        }
        return (fresh, lost)
    }

    private func entry(ofLost command: SyncCommand, at now: Instant) -> AuditEntry {
        AuditEntry(
            id: ids.next(now), at: now,
            note: AuditNote(
                .operated, entity: command.entity, record: command.record, connection: command.connection,
                correlation: command.context.correlation, message: command.id,
                body: JSONValue.object([
                    "operation": "recover drop", "version": .int(command.version),
                    "reason": "it was made in the time that the database has lost; what it wanted is read again",
                ]).serialised()))
    }

    private func statements(
        for commands: [AcceptedCommand], links: [Place: Link], now: Instant
    ) -> [Statement<Void>] {
        var work: [ReceivedCommand] = []
        var marks: [DirtyTable.Mark] = []
        var runs: [(id: CanonicalID, connection: ConnectionID, entity: EntityKind)] = []
        for accepted in commands {
            guard let command = accepted.command else { continue }
            switch command.verb {
            case .upsert: work.append(ReceivedCommand(command, body: accepted.body))
            case .read:
                let place = Place(record: command.record, connection: command.connection, entity: command.entity)
                guard let native = command.native ?? links[place]?.native else { continue }
                marks.append(
                    DirtyTable.Mark(
                        native, in: command.connection, correlation: command.context.correlation, hintedAt: now,
                        isWhole: true))
            case .snapshot: runs.append((command.record, command.connection, command.entity))
            }
        }
        var statements: [Statement<Void>] = []
        if !work.isEmpty { statements.append(WorkTable.accept(work).discarded) }
        if work.contains(where: { $0.command.effect != nil }) { statements.append(WorkTable.carryEffects(of: work)) }
        if !marks.isEmpty { statements.append(DirtyTable.mark(marks)) }
        if !runs.isEmpty { statements.append(Snapshots.request(runs, by: "command")) }
        let letters = commands.compactMap { command in command.fault.map { letter(command, $0, at: now) } }
        if !letters.isEmpty {
            statements.append(DeadLetters.insert(letters))
            statements.append(
                AuditLog.insert(
                    letters.map { letter in
                        AuditEntry(
                            id: ids.next(now), at: now,
                            note: AuditNote(
                                .deadLettered, correlation: letter.correlation, message: letter.message,
                                body: JSONValue.object([
                                    "code": .string(letter.code), "failure": .string(letter.failure),
                                ]).serialised()))
                    }))
        }
        return statements
    }

    private func letter(_ command: AcceptedCommand, _ fault: CodingFault, at now: Instant) -> DeadLetters.Letter {
        let key = key(command)
        return DeadLetters.Letter(
            id: ids.next(now), source: .event, queue: names.commandQueue(of: command.connection.name), message: key.id,
            generation: key.generation, connection: command.connection, failureClass: .undecodable,
            code: fault.code.rawValue,
            failure: fault.description,
            fix: "see which sender wrote it; replay it once a version that can read it runs", attempts: 1,
            failedAt: now,
            correlation: command.headers[MessageHeaders.correlationID].flatMap { CanonicalID($0) },
            headers: command.headers, payload: command.body)
    }

    private func key(_ command: AcceptedCommand) -> MessageKey {
        MessageKey(
            CanonicalID(
                foreignMessageID: command.messageID, queue: names.commandQueue(of: command.connection.name),
                body: command.body),
            generation: command.generation)
    }
}
