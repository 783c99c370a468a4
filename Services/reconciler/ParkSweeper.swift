import CanonicalModel
import Logging
import Postgres
import SyncCore
import SyncStore

/// Joins what waits with what is linked, and turns waits beyond their deadline into dead letters.
struct ParkSweeper: Sendable {
    let pool: PostgresPool
    let ids: IDSource
    let clock: @Sendable () -> Instant
    /// Publishes messages that were opened again.
    let reopened: @Sendable (Set<CanonicalID>) -> Void
    let logger: Logger

    func sweep() async throws {
        let released = try await Parks.sweep(on: pool)
        if released != Parks.Released() {
            // Linking releases in its own transaction, so this should find nothing.
            logger.warning(
                "Waits had outlived their parents' links and were ended",
                metadata: ["messages": "\(released.messages.count)", "work": "\(released.work)"])
            reopened(released.messages)
        }
        while try await giveUp() {}
    }

    /// Gives up some of what is overdue.
    ///
    /// - Returns: whether there may be more.
    private func giveUp() async throws -> Bool {
        try await pool.withTransaction { transaction in
            let seen = try await transaction.run(Parks.overdue(limit: Self.batch))
            guard !seen.isEmpty else { return false }
            // Looked at again under the parents' locks: a link that was made meanwhile has ended the wait.
            let (_, still) = try await transaction.run(
                AdvisoryLock.take(Set(seen.map(\.park.parent.lock))), Parks.overdue(limit: Self.batch))
            let locked = Set(seen.map(\.park.parent))
            let overdue = still.filter { locked.contains($0.park.parent) }
            guard !overdue.isEmpty else { return true }
            try await bury(overdue, in: transaction)
            return overdue.count == Self.batch
        }
    }

    private func bury(_ overdue: [Parks.Waiting], in transaction: PostgresTransaction) async throws {
        let now = clock()
        // What waits for several parents is one letter, by the wait that ran out first.
        var waits: [Park.Waiter: Parks.Waiting] = [:]
        for wait in overdue.reversed() { waits[wait.park.waiter] = wait }
        let messages = waits.keys.compactMap { if case .message(let id) = $0 { id } else { nil } }
        let places = waits.keys.compactMap { if case .work(let place) = $0 { place } else { nil } }
        let (parked, bodies, work) = try await transaction.run(
            MessageTable.settleParked(messages), MessageTable.find(messages), WorkTable.find(places))
        var letters: [DeadLetters.Letter] = []
        var ended: [WorkResult] = []
        for (waiter, wait) in waits.sorted(by: { $0.value.park.id < $1.value.park.id }) {
            switch waiter {
            case .message(let id):
                guard parked.contains(id), let message = bodies[id] else { continue }
                letters.append(letter(of: message, wait: wait, now: now))
            case .work(let place):
                guard let row = work[place], row.state == .waiting else { continue }
                letters.append(letter(of: row, wait: wait, now: now))
                let failure = WorkResult.Failure(.notFound, code: Self.code, text: wait.park.cause)
                ended.append(WorkResult(row.version, .dead(failure)))
            }
        }
        let notes = letters.map { letter in
            AuditEntry(
                id: ids.next(now), at: now,
                note: AuditNote(
                    .deadLettered, entity: letter.entity, record: letter.record, connection: letter.connection,
                    correlation: letter.correlation, message: letter.message,
                    body: JSONValue.object([
                        "code": .string(letter.code), "failure": .string(letter.failure),
                    ]).serialised()))
        }
        var statements: [Statement<Void>] = [Parks.remove(overdue.map(\.park.id)).discarded]
        if !letters.isEmpty { statements += [DeadLetters.insert(letters), AuditLog.insert(notes)] }
        if !ended.isEmpty { statements.append(WorkTable.settle(ended).discarded) }
        for letter in letters {
            // The waits for its other parents have nothing left to bring back.
            if let message = letter.message {
                statements.append(Parks.remove(of: .message(message)))
            } else if let record = letter.record, let connection = letter.connection, let entity = letter.entity {
                statements.append(
                    Parks.remove(of: .work(Place(record: record, connection: connection, entity: entity))))
            }
        }
        try await transaction.commit(running: statements)
        if !letters.isEmpty {
            logger.warning("Waits ran out and became dead letters", metadata: ["count": "\(letters.count)"])
        }
    }

    private func letter(of message: StoredMessage, wait: Parks.Waiting, now: Instant) -> DeadLetters.Letter {
        let event = try? EventCoding.decode(message.body)
        return DeadLetters.Letter(
            id: ids.next(now), source: .event, queue: message.queue, message: message.id,
            generation: message.generation, connection: event?.connection ?? wait.park.parent.connection,
            entity: event?.entity, native: event?.native, failureClass: .notFound, code: Self.code,
            failure: "\(wait.park.cause); it has waited since \(wait.since)", fix: Self.fix, attempts: 1,
            failedAt: now, correlation: event?.context.correlation, payload: message.body)
    }

    private func letter(of work: WorkTable.Row, wait: Parks.Waiting, now: Instant) -> DeadLetters.Letter {
        let place = work.version.place
        return DeadLetters.Letter(
            id: ids.next(now), source: .work, generation: work.version.generation, connection: place.connection,
            entity: place.entity, record: place.record, failureClass: .notFound, code: Self.code,
            failure: "\(wait.park.cause); it has waited since \(wait.since)", fix: Self.fix,
            attempts: work.attempts + 1, failedAt: now, correlation: work.correlation, payload: work.body)
    }

    private static let batch = 200
    private static let code = "parent_missing"
    private static let fix =
        "find out why the record that it refers to has not come; replay this letter once that one is linked"
}
