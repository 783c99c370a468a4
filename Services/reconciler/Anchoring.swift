import CanonicalModel
import Postgres
import SyncStore

/// Writes an anchor when the last one is old enough, whichever replica wrote that.
struct Anchoring: Sendable {
    let sealer: Sealer
    let interval: Duration
    let pool: PostgresPool

    /// How often to look.
    var pace: Duration { min(interval, .seconds(30)) }

    func run() async throws {
        let (figure, now) = try await pool.run(SealFigure.current, Figures.clock)
        if let last = figure.anchoredAt, .microseconds(now.microseconds - last.microseconds) < interval { return }
        try await sealer.anchor()
    }
}
