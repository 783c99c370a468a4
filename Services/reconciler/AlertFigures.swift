import CanonicalModel
import Postgres
import SyncStore

/// What of alerts, probes and processes is shown as gauges.
struct AlertFigures: Sendable {
    var now: Instant
    var open: [Alert] = []
    var judgedAt: Instant?
    var untold = 0
    var canaries: [Canary] = []
    var replicas: [Replica] = []

    /// Reads everything in one round trip.
    static func read(on pool: PostgresPool) async throws -> AlertFigures {
        let (now, open, judgedAt, telling, canaries, replicas) = try await pool.run(
            Figures.clock, Alerts.open, Alerts.judgedAt, Alerts.telling, Canary.all, Replicas.all)
        return AlertFigures(
            now: now, open: open, judgedAt: judgedAt, untold: telling.untold, canaries: canaries, replicas: replicas)
    }

    /// The gauges.
    var values: [FigureGauges.Value] {
        var values: [FigureGauges.Value] = []
        // Every kind has its series, so that a rule has something to look at before the first alert.
        let raised = Dictionary(grouping: open.filter(\.isRaised)) {
            [$0.condition.key.kind.rawValue, $0.condition.severity.rawValue]
        }
        for kind in AlertKind.allCases {
            for severity in AlertSeverity.allCases {
                let count = raised[[kind.rawValue, severity.rawValue]]?.count ?? 0
                values.append(
                    (
                        ReconcilerMetrics.alerts, [("kind", kind.rawValue), ("severity", severity.rawValue)],
                        Double(count)
                    ))
            }
        }
        if let judgedAt { values.append((ReconcilerMetrics.alertsJudged, [], age(judgedAt))) }
        values.append((ReconcilerMetrics.alertsUntold, [], Double(untold)))
        for canary in canaries {
            let labels = [("source", canary.source.name), ("target", canary.target.name)]
            values.append((ReconcilerMetrics.canaryWaiting, labels, canary.waitingSince.map(age) ?? 0))
            if let took = canary.took { values.append((ReconcilerMetrics.canaryTook, labels, took / .seconds(1))) }
        }
        for (service, replicas) in Dictionary(grouping: replicas, by: \.service) {
            let alive = replicas.filter { $0.isAlive(at: now) }.count
            values.append((ReconcilerMetrics.replicas, [("service", service)], Double(alive)))
        }
        return values
    }

    private func age(_ moment: Instant) -> Double {
        max(Double(now.microseconds - moment.microseconds) / 1_000_000, 0)
    }
}
