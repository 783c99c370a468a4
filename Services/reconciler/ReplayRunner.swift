import CanonicalModel
import Logging
import Postgres
import SyncCore
import SyncStore

/// Opens the letters of replays again, a few at a time, and notes what becomes of each.
///
/// A letter that is open is work, a message or a mark like any other: its outcome comes by the ordinary path. All that the
/// runner knows is in rows, and each step is one transaction under the replay's lock: a runner that is killed between two
/// steps has done all of the one and nothing of the other.
struct ReplayRunner: Sendable {
    let pool: PostgresPool
    let ids: IDSource
    let clock: @Sendable () -> Instant
    /// Publishes messages that were opened again.
    let reopened: @Sendable (Set<CanonicalID>) -> Void
    let logger: Logger

    /// Does a step of every replay that has something to do.
    func run() async throws {
        for id in try await pool.run(Replays.active) {
            try Task.checkCancellation()
            let ended = try await settle(id)
            do {
                try await open(id, ended: ended)
            } catch is Overtaken {
                // A letter has ended at this very moment; the next step sees it.
            }
        }
    }

    /// Notes how letters that were under way ended.
    ///
    /// - Returns: how many did.
    private func settle(_ id: CanonicalID) async throws -> Int {
        let (count, stopped) = try await pool.withTransaction { transaction -> (Int, Replays.Row?) in
            guard var row = try await transaction.run(Replays.lock(id)) else { return (0, nil) }
            let before = row.state
            let ended = try await transaction.run(Replays.underWay(id)).compactMap { opened in
                opened.standing.ending.map { Replays.Ended(opened.letter, $0) }
            }
            if !ended.isEmpty {
                let noted = try await transaction.run(Replays.end(ended, of: id))
                row.note(ended.filter { noted.contains($0.letter) }.map(\.ending.result))
            }
            row.conclude()
            guard !ended.isEmpty || row.state != before else { return (0, nil) }
            try await transaction.commit(running: Replays.save(row))
            return (ended.count, row.state == before ? nil : row)
        }
        guard let stopped else { return count }
        let metadata: Logger.Metadata = [
            "replay": "\(id)", "done": "\(stopped.succeeded)", "failed": "\(stopped.failed)",
            "left_out": "\(stopped.skipped)",
        ]
        if stopped.state == .stopped {
            logger.warning("A replay has stopped, since too much of it failed", metadata: metadata)
        } else {
            logger.info("A replay is done", metadata: metadata)
        }
        return count
    }

    /// Opens as many letters as may be under way.
    private func open(_ id: CanonicalID, ended: Int) async throws {
        let now = clock()
        let messages = try await pool.withTransaction { transaction -> Set<CanonicalID> in
            guard var row = try await transaction.run(Replays.lock(id)) else { return [] }
            let room = ReplayPace.room(of: row, ended: ended)
            guard room > 0 else { return [] }
            let following = try await transaction.run(Replays.next(id, limit: room))
            let next = Array(following.prefix(ReplayPace.length(of: following.map(\.letter.source))))
            guard !next.isEmpty else { return [] }
            let batch = ReplayBatch(next)
            // Rows first and letters last, as whoever ends work or reads an object locks them.
            let places = try await reopen(batch, in: transaction, at: now)
            let opened = batch.letters { places.contains($0) }
            guard try await transaction.run(Replays.open(opened.map(\.letter.id), of: id)).count == opened.count else {
                throw Overtaken()
            }
            let left = batch.leftOut { places.contains($0) }
            row.note(opened: opened.count, skipped: left.count)
            let entries = opened.map { entry($0.letter, row, at: now) }
            var statements = [
                Replays.note(opened: opened.map(\.letter.id), skipped: left, of: id), Replays.save(row),
            ]
            if !entries.isEmpty { statements.append(AuditLog.insert(entries)) }
            statements += Set(batch.work.map(\.place.connection)).sorted().map { WakeUp.work($0).notify }
            statements += Set(batch.objects.map(\.connection)).sorted().map { WakeUp.dirty($0).notify }
            try await transaction.commit(running: statements)
            return Set(batch.messages.map(\.message.id))
        }
        reopened(messages)
    }

    /// Opens work, messages and objects.
    ///
    /// - Returns: the places that have work.
    private func reopen(
        _ batch: ReplayBatch, in transaction: PostgresTransaction, at now: Instant
    ) async throws -> Set<Place> {
        var places: Set<Place> = []
        if !batch.work.isEmpty {
            (_, places) = try await transaction.run(
                WorkTable.lock(Set(batch.work.map(\.place))), WorkTable.replay(batch.work))
        }
        var statements: [Statement<Void>] = []
        if !batch.messages.isEmpty { statements.append(MessageTable.replay(batch.messages)) }
        if !batch.objects.isEmpty {
            statements.append(
                DirtyTable.mark(
                    batch.objects.map { object in
                        DirtyTable.Mark(
                            object.native, in: object.connection, correlation: object.correlation ?? ids.next(now),
                            hintedAt: now, isWhole: true)
                    }))
        }
        try await transaction.run(statements)
        return places
    }

    private func entry(_ letter: DeadLetters.Letter, _ row: Replays.Row, at now: Instant) -> AuditEntry {
        AuditEntry(
            id: ids.next(now), at: now,
            note: AuditNote(
                .operated, entity: letter.entity, record: letter.record, connection: letter.connection,
                correlation: letter.correlation, message: letter.message, actor: row.requestedBy,
                body: JSONValue.object([
                    "operation": "dead-letters replay", "letter": .string(letter.id.description),
                    "replay": .string(row.id.description), "reason": .string(row.reason),
                    "code": .string(letter.code),
                ]).serialised()))
    }

    /// A letter of the batch has ended since the batch was read.
    private struct Overtaken: Error {}
}
