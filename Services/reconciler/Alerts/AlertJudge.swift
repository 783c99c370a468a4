import CanonicalModel
import Logging
import Postgres
import SyncCore
import SyncStore

/// Looks at everything and keeps the alerts.
struct AlertJudge: Sendable {
    let settings: AlertSettings
    let pool: PostgresPool
    let ids: IDSource
    let logger: Logger
    /// The newest anchor, where the audit log ended before it when the process began.
    var lostAnchor: Seal?

    /// Looks once.
    func judge() async throws {
        let (read, open) = try await AlertMeasures.read(on: pool)
        var measures = read
        measures.lostAnchor = lostAnchor
        let findings = AlertRules(measures: measures, settings: settings).judge()
        let step = AlertLedger.step(from: open, findings, calm: settings.calm, now: measures.now, ids: ids)
        var statements: [Statement<Void>] = []
        if !step.saved.isEmpty { statements.append(Alerts.save(step.saved)) }
        if !step.forgotten.isEmpty { statements.append(Alerts.forget(step.forgotten)) }
        statements.append(Replicas.replaced(AlertRules.replaced(measures.replicas, at: measures.now).map(\.id)))
        try await pool.withTransaction { [statements] transaction in
            try await transaction.commit(running: statements)
        }
        for alert in step.raised {
            logger.warning("An alert was raised", metadata: metadata(alert))
        }
        for alert in step.resolved {
            logger.notice("An alert is resolved", metadata: metadata(alert))
        }
    }

    private func metadata(_ alert: Alert) -> Logger.Metadata {
        [
            "alert": "\(alert.id)", "alert.kind": "\(alert.condition.key.kind.rawValue)",
            "alert.subject": "\(alert.condition.key.subject)",
            "alert.severity": "\(alert.condition.severity.rawValue)", "error": "\(alert.condition.cause)",
            "fix": "\(alert.condition.advice)",
        ]
    }
}
