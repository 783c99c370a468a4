import CanonicalModel
import SyncCore
import SyncStore

/// Follows conditions over time: seen, raised, graver, resolved.
///
/// Pure.
enum AlertLedger {
    /// What is to be written, and what people are to know.
    struct Step: Sendable {
        /// Alerts as they are now.
        var saved: [Alert] = []
        /// Conditions that were over before they were alerts.
        var forgotten: [CanonicalID] = []
        /// Those of the saved that are raised now, or have become graver.
        var raised: [Alert] = []
        /// Those of the saved that are resolved now.
        var resolved: [Alert] = []
    }

    /// Goes on from what is open.
    ///
    /// - Parameter calm: how long a raised condition must have been gone before it is resolved.
    static func step(
        from open: [Alert], _ findings: AlertRules.Findings, calm: Duration, now: Instant, ids: IDSource
    ) -> Step {
        var step = Step()
        var found = Dictionary(findings.conditions.map { ($0.key, $0) }) { first, _ in first }
        for alert in open {
            if let condition = found.removeValue(forKey: alert.condition.key) {
                step.add(seen(alert, condition, now: now), after: alert)
            } else if !findings.unjudged.contains(alert.condition.key.kind) {
                step.end(alert, calm: calm, now: now)
            }
        }
        for condition in found.values.sorted(by: { $0.key < $1.key }) {
            let alert = Alert(id: ids.next(now), condition, seenAt: now, lastSeenAt: now)
            step.add(seen(alert, condition, now: now), after: nil)
        }
        return step
    }

    private static func seen(_ alert: Alert, _ condition: AlertCondition, now: Instant) -> Alert {
        var next = alert
        next.condition = condition
        // It is the same trouble still, even where its beginning has moved on.
        next.condition.since = min(condition.since, alert.condition.since)
        next.lastSeenAt = now
        if alert.raisedAt == nil {
            guard AlertRules.advanced(alert.seenAt, by: condition.hold) <= now else { return next }
            next.raisedAt = now
            next.sequence += 1
        } else if condition.severity > alert.condition.severity {
            next.sequence += 1
        }
        return next
    }
}

extension AlertLedger.Step {
    fileprivate mutating func add(_ alert: Alert, after former: Alert?) {
        saved.append(alert)
        if alert.sequence > former?.sequence ?? 0 { raised.append(alert) }
    }

    fileprivate mutating func end(_ alert: Alert, calm: Duration, now: Instant) {
        guard alert.raisedAt != nil else {
            forgotten.append(alert.id)
            return
        }
        guard AlertRules.advanced(alert.lastSeenAt, by: calm) <= now else { return }
        var alert = alert
        alert.resolvedAt = now
        alert.sequence += 1
        saved.append(alert)
        resolved.append(alert)
    }
}
