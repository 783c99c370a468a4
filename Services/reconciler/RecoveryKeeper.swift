import CanonicalModel
import Logging
import Postgres
import SyncCore
import SyncStore

/// Leads the recovery of a restored database from phase to phase, until writing goes on (decision 0023).
///
/// All that it knows is in rows: one that is killed between two steps has done all of the one and nothing of the other.
struct RecoveryKeeper: Sendable {
    let pool: PostgresPool
    let ids: IDSource
    let clock: @Sendable () -> Instant
    let logger: Logger

    /// So many objects of a connection are marked at once, while fewer than `room` wait to be read.
    private static let page = 500
    private static let room = 1000

    func run() async throws {
        guard let recovery = try await pool.run(Recoveries.open), recovery.isHeld else { return }
        if recovery.phase == .asking { try await mark(recovery) }
        while try await advance() { try Task.checkCancellation() }
    }

    /// Marks the next linked objects of each connection.
    private func mark(_ recovery: Recovery) async throws {
        try await pool.run(Recoveries.enlist(in: recovery.id))
        for connection in try await connections(of: pool) {
            try await pool.run([
                Recoveries.markNext(of: connection, in: recovery.id, limit: Self.page, room: Self.room),
                WakeUp.dirty(connection).notify,
            ])
        }
    }

    /// Goes on to the next phase where nothing is left to be done in this one.
    ///
    /// - Returns: whether it did.
    private func advance() async throws -> Bool {
        let phase = try await pool.withTransaction { transaction -> RecoveryPhase? in
            guard let recovery = try await transaction.run(Recoveries.lockHeld) else { return nil }
            let left = try await transaction.run(Recoveries.left(of: recovery))
            guard let next = recovery.phase.next(left: left) else { return nil }
            let connections = try await connections(of: transaction)
            var statements = [Recoveries.move(recovery.id, to: next)]
            switch next {
            case .confirming:
                statements.append(Recoveries.markProposing(in: recovery))
                statements += connections.map { WakeUp.dirty($0).notify }
            case .released:
                statements.append(AuditLog.insert([entry(recovery)]))
                statements += connections.map { WakeUp.work($0).notify }
            default: break
            }
            try await transaction.commit(running: statements)
            return next
        }
        guard let phase else { return false }
        logger.notice("The recovery of a restored database goes on", metadata: ["phase": "\(phase.rawValue)"])
        return true
    }

    private func connections(of database: some PostgresQuerying) async throws -> [ConnectionID] {
        try await database.run(Connections.all).map(\.capabilities.connection)
    }

    private func entry(_ recovery: Recovery) -> AuditEntry {
        let now = clock()
        return AuditEntry(
            id: ids.next(now), at: now,
            note: AuditNote(
                .operated, correlation: recovery.id,
                body: JSONValue.object([
                    "operation": "recover release", "recovery": .string(recovery.id.description),
                    "restored_to": .string(recovery.restoredTo.description),
                ]).serialised()))
    }
}
