import CanonicalModel
import Metrics
import SyncStore
import Synchronization

/// Shows figures as gauges.
///
/// A series whose thing is gone, such as a queue that was emptied, goes to zero: it would else show its last value for
/// ever.
final class FigureGauges: Sendable {
    private struct Series: Hashable {
        var name: String
        var labels: [String]
    }

    typealias Value = (name: String, labels: [(String, String)], value: Double)

    private let factory: any MetricsFactory
    private let shown = Mutex<[String: [Series: Meter]]>([:])

    init(_ factory: any MetricsFactory) {
        self.factory = factory
    }

    func show(_ figures: Figures) {
        var values: [Value] = []
        func set(_ name: String, _ value: Int, _ labels: [(String, String)] = []) {
            values.append((name, labels, Double(value)))
        }
        func set(_ name: String, since moment: Instant?, _ labels: [(String, String)] = []) {
            let age = moment.map { Double(figures.now.microseconds - $0.microseconds) / 1_000_000 } ?? 0
            values.append((name, labels, max(age, 0)))
        }
        func set(_ name: String, _ items: [OpenItems], by label: String) {
            for item in items {
                set(name + "_open", item.count, [(label, item.label)])
                set(name + "_oldest_seconds", since: item.oldestAt, [(label, item.label)])
            }
        }
        for figure in figures.flows {
            let flow = figure.flow
            let labels = [("entity", flow.entity.rawValue), ("source", flow.source.name), ("target", flow.target.name)]
            set(ReconcilerMetrics.flowAge, since: figure.oldestChangeAt, labels)
            set(ReconcilerMetrics.flowMoving, since: figure.movingSince, labels)
            if let objective = figure.objective {
                values.append((ReconcilerMetrics.flowObjective, labels, objective / .seconds(1)))
            }
            set(ReconcilerMetrics.flowChanges, figure.changes, labels)
        }
        set(ReconcilerMetrics.measurementAge, since: figures.flows.map(\.measuredAt).min())
        for figure in figures.queues {
            let labels = [("queue", figure.queue)]
            set(ReconcilerMetrics.queueUnsettled, figure.unsettled, labels)
            set(ReconcilerMetrics.queueParked, figure.parked, labels)
            set(ReconcilerMetrics.queueAge, since: figure.oldestAt, labels)
        }
        for (connection, work) in figures.work {
            let labels = [("connection", connection.name)]
            set(ReconcilerMetrics.workDue, work.due, labels)
            set(ReconcilerMetrics.workAge, since: work.oldestDueAt, labels)
            set(ReconcilerMetrics.workDelayed, work.delayed, labels)
            set(ReconcilerMetrics.workWaiting, work.waiting, labels)
            set(ReconcilerMetrics.workHeld, work.held, labels)
            set(ReconcilerMetrics.workDead, work.dead, labels)
            set(ReconcilerMetrics.unread, work.unread, labels)
            set(ReconcilerMetrics.unreadAge, since: work.oldestUnreadAt, labels)
        }
        set(ReconcilerMetrics.letters, figures.deadLetters, by: "class")
        set(ReconcilerMetrics.proposals, figures.proposals, by: "kind")
        set(ReconcilerMetrics.waits, figures.parks, by: "connection")
        for item in figures.parks { set(ReconcilerMetrics.waitsOverdue, item.overdue, [("connection", item.label)]) }
        set(ReconcilerMetrics.snapshots, figures.snapshots, by: "connection")
        set(ReconcilerMetrics.unsealed, figures.seal.unsealed)
        set(ReconcilerMetrics.unsealedAge, since: figures.seal.oldestUnsealedAt)
        set(ReconcilerMetrics.sealAge, since: figures.seal.sealedAt)
        set(ReconcilerMetrics.anchorAge, since: figures.seal.anchoredAt)
        show(values, as: "figures")
    }

    func show(_ figures: AlertFigures) {
        show(figures.values, as: "alerts")
    }

    func show(_ figures: SystemFigures) {
        show(figures.values, as: "systems")
    }

    private func show(_ values: [Value], as family: String) {
        shown.withLock { shown in
            let known = shown[family] ?? [:]
            var gone = known
            var now = known
            for (name, labels, value) in values {
                let series = Series(name: name, labels: labels.map(\.1))
                let meter = known[series] ?? Meter(label: name, dimensions: labels, factory: factory)
                meter.set(value)
                now[series] = meter
                gone[series] = nil
            }
            for meter in gone.values { meter.set(0) }
            shown[family] = now
        }
    }
}
