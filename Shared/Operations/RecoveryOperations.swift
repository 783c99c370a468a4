public import CanonicalModel
public import Postgres
internal import SyncCore
internal import SyncStore

/// Recovers from a backup that was restored into the database (decision 0023).
public struct RecoveryOperations: Sendable {
    private let pool: PostgresPool

    /// Takes the database.
    public init(_ pool: PostgresPool) {
        self.pool = pool
    }

    /// Opens a recovery: nothing is written to any system before everything was read again.
    ///
    /// What was on its way at the time of the backup is due at once. It is recorded in the audit log, with the end of its chain.
    ///
    /// - Parameter moment: the time of the backup; an earlier one costs reads, a later one loses changes.
    /// - Throws: `OperationFailure` for a moment to come, and where a recovery is open.
    public func begin(restoredTo moment: Instant, by name: String, reason: String) async throws -> RecoveryReport {
        let (now, open) = try await pool.run(Figures.clock, Recoveries.open)
        guard moment <= now else {
            throw OperationFailure("a database cannot have been restored to \(moment); it is \(now) there")
        }
        if let open {
            throw OperationFailure(
                "the recovery to \(open.restoredTo) is open since \(open.begunAt); "
                    + "end it first: plumbline recover finish")
        }
        let id = IDSource.random.next(now)
        try await pool.withTransaction { transaction in
            let end = try await transaction.run(AuditLog.chainEnd)
            let entry = entry(
                "recover begin", of: id, at: now, by: name,
                [
                    "restored_to": .string(moment.description), "chain_position": .int(end),
                    "reason": .string(reason),
                ])
            try await transaction.commit(
                running: Recoveries.begin(id, restoredTo: moment, by: name, reason: reason)
                    + [AuditLog.insert([entry])])
        }
        guard let report = try await report() else {
            throw OperationFailure("the recovery was closed by somebody else at once")
        }
        return report
    }

    /// What is left to be done; nil where no recovery is open.
    public func report() async throws -> RecoveryReport? {
        guard let recovery = try await pool.run(Recoveries.open) else { return nil }
        let (left, readings) = try await pool.run(Recoveries.left(of: recovery), Recoveries.readings(of: recovery.id))
        return RecoveryReport(recovery: recovery, left: left, readings: readings)
    }

    /// Closes the recovery that is open; recorded in the audit log.
    ///
    /// - Parameter isForced: whether it is closed though something is left, and writing goes on at once.
    /// - Throws: `OperationFailure` where none is open, and where something is left.
    public func finish(isForced: Bool, by name: String, reason: String) async throws {
        guard let report = try await report() else { throw OperationFailure("no recovery is open") }
        let recovery = report.recovery
        guard isForced || !recovery.isHeld else {
            throw OperationFailure(
                "not everything was read again; wait, or take the responsibility by --force and a reason\n\(report.text)"
            )
        }
        let (now, connections) = try await pool.run(Figures.clock, Connections.all)
        let entry = entry(
            "recover finish", of: recovery.id, at: now, by: name,
            ["reason": .string(reason), "forced": .bool(recovery.isHeld), "left": report.json])
        try await pool.withTransaction { transaction in
            try await transaction.commit(
                running: [
                    Recoveries.close(recovery.id, by: name, reason: reason), AuditLog.insert([entry]),
                ] + connections.map { WakeUp.work($0.capabilities.connection).notify })
        }
    }

    private func entry(
        _ operation: String, of recovery: CanonicalID, at now: Instant, by name: String, _ details: JSONObject
    ) -> AuditEntry {
        var body: JSONObject = ["operation": .string(operation), "recovery": .string(recovery.description)]
        for member in details.members { body[member.key] = member.value }
        return AuditEntry(
            id: IDSource.random.next(now), at: now,
            note: AuditNote(
                .operated, correlation: recovery, actor: name, body: JSONValue.object(body).serialised()))
    }
}
