public import Postgres
internal import SyncStore

/// Shows what is wrong.
public struct AlertOperations: Sendable {
    private let pool: PostgresPool

    /// Takes the database.
    public init(_ pool: PostgresPool) {
        self.pool = pool
    }

    /// The alerts that are raised.
    ///
    /// - Parameter past: those too that were resolved within the last 30 days.
    public func report(past: Bool = false) async throws -> AlertReport {
        let (now, alerts, judgedAt, telling) = try await pool.run(
            Figures.clock, Alerts.all(resolvedWithin: past ? .seconds(2_592_000) : .zero, limit: 1000),
            Alerts.judgedAt, Alerts.telling)
        return AlertReport(
            now: now, alerts: alerts, judgedAt: judgedAt, untold: telling.untold, failure: telling.failure)
    }
}
