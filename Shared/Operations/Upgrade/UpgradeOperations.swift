internal import CanonicalModel
public import Postgres
internal import SyncCore
internal import SyncStore

/// Ends an upgrade without a stop: raises the version of messages that is written (decision 0027).
public struct UpgradeOperations: Sendable {
    private let pool: PostgresPool

    /// Takes the database.
    public init(_ pool: PostgresPool) {
        self.pool = pool
    }

    /// Which version is written, and who reads no newer one.
    public func report() async throws -> UpgradeReport {
        let (written, replicas, now) = try await pool.run(SchemaAgreement.number, Replicas.all, Figures.clock)
        return Self.report(written, replicas, at: now)
    }

    /// Raises the version that is written to what this program's release writes.
    ///
    /// It is recorded in the audit log. Where it was done before, nothing happens.
    ///
    /// - Parameter isForced: whether it is raised though processes of an older release have been seen. What they are sent from
    ///   then on becomes dead letters.
    /// - Throws: `OperationFailure` where such have been seen, and where this release does not read what is written.
    public func finish(isForced: Bool, by name: String, reason: String) async throws -> UpgradeReport {
        try await pool.withTransaction { transaction in
            let (written, replicas, now) = try await transaction.run(
                SchemaAgreement.lock, Replicas.all, Figures.clock)
            let report = Self.report(written, replicas, at: now)
            if let fault = report.fault { throw OperationFailure("\(fault)") }
            guard report.isOpen else {
                try await transaction.commit()
                return report
            }
            guard isForced || !report.hasOlder else {
                throw OperationFailure(
                    "programs of an older release would refuse what is written then, and it would become dead letters; "
                        + "replace them first, or take the responsibility by --force and a reason\n\(report.text)")
            }
            let id = IDSource.random.next(now)
            let body: JSONValue = [
                "operation": .string("upgrade finish"), "reason": .string(reason),
                "forced": .bool(report.hasOlder), "before": report.json,
            ]
            try await transaction.commit(
                running: [
                    SchemaAgreement.raise(to: .current),
                    AuditLog.insert([
                        AuditEntry(
                            id: id, at: now,
                            note: AuditNote(.operated, correlation: id, actor: name, body: body.serialised()))
                    ]),
                ])
            return Self.report(report.newest, replicas, at: now)
        }
    }

    private static func report(_ written: Int, _ replicas: [Replica], at now: Instant) -> UpgradeReport {
        let newest = SchemaVersion.current.number
        // One that has died counts until another one has its place: it may hang, and come back.
        let behind = replicas.filter { $0.replacedAt == nil && ($0.reads?.number ?? 0) < newest }
        return UpgradeReport(written: written, newest: newest, behind: behind, now: now)
    }
}
