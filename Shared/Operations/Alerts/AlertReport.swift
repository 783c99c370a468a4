public import CanonicalModel
internal import SyncStore

/// What is wrong, since when, and what to do.
public struct AlertReport: Sendable {
    let now: Instant
    let alerts: [Alert]
    let judgedAt: Instant?
    let untold: Int
    let failure: String?

    /// Whether somebody has looked lately: else nobody knows whether anything is wrong.
    public var isJudged: Bool { judgedAt.map { now.seconds(since: $0) <= Self.patience } ?? false }

    /// Whether everything is well, as far as a machine that asks must know: somebody looks, and nothing is critical.
    public var isWell: Bool { isJudged && !raised.contains { $0.condition.severity == .critical } }

    var raised: [Alert] { alerts.filter(\.isRaised) }

    /// Beyond this many seconds without a look something is wrong with whoever looks.
    static let patience: Int64 = 120

    /// For people: the gravest first, what has one root together, and below it what follows from it.
    public var text: String {
        ([headline] + groups.map(Self.block(at: now))).joined(separator: "\n\n")
    }

    /// For people who want what is over, too: one line for each alert.
    public var listing: String {
        guard !alerts.isEmpty else { return headline }
        var table = TextTable(
            ("STATE", .leading), ("SEVERITY", .leading), ("KIND", .leading), ("SUBJECT", .leading),
            ("SINCE", .leading), ("LASTED", .trailing), ("CAUSE", .leading))
        for alert in alerts {
            let condition = alert.condition
            table.add(
                alert.isRaised ? "raised" : "resolved", condition.severity.rawValue, condition.key.kind.rawValue,
                Wording.short(condition.key.subject, 40), Wording.second(condition.since),
                Wording.span(seconds: (alert.resolvedAt ?? now).seconds(since: condition.since)),
                Wording.short(condition.cause, 100))
        }
        return headline + "\n\n" + table.text()
    }

    private var headline: String {
        guard let judgedAt else {
            return "NOBODY HAS LOOKED YET whether anything is wrong; is the reconciler running?"
        }
        let age = Wording.age(judgedAt, at: now)
        var lines: [String] = []
        if !isJudged {
            lines.append(
                "NOBODY LOOKS: whether anything is wrong was judged \(age) ago.\n  → See that a reconciler runs, "
                    + "reaches the database, and what its log says of the loop alerts. What follows is as it was then.")
        }
        let count = groups.count
        if count == 0 {
            if isJudged { lines.append("Nothing is wrong (judged \(age) ago)") }
        } else {
            lines.append("\(count == 1 ? "One thing is" : "\(count) things are") wrong (judged \(age) ago)")
        }
        if let failure {
            lines.append("\(untold) alerts could not be sent to their receiver: \(failure)")
        }
        return lines.joined(separator: "\n")
    }

    /// What has one root together, the gravest and oldest first; in each the root first.
    private var groups: [[Alert]] {
        Dictionary(grouping: raised, by: \.condition.group).values
            .map { $0.sorted { Self.rank($0) < Self.rank($1) } }
            .sorted { left, right in
                Self.rank(group: left) < Self.rank(group: right)
            }
    }

    private static func rank(group: [Alert]) -> (Int, Int64, String) {
        let isCritical = group.contains { $0.condition.severity == .critical }
        let since = group.map(\.condition.since.microseconds).min() ?? 0
        return (isCritical ? 0 : 1, since, group.first?.condition.group ?? "")
    }

    private static func rank(_ alert: Alert) -> (Int, Int64, String) {
        let roots: [AlertKind] = [
            .recovery, .replica, .token, .circuit, .budget, .stalledLoop, .webhookSilence, .canary, .seal, .measuring,
            .telling,
            .deadLetters, .backlog, .freshness,
        ]
        return (
            roots.firstIndex(of: alert.condition.key.kind) ?? roots.count, alert.condition.since.microseconds,
            alert.condition.key.subject
        )
    }

    private static func block(at now: Instant) -> ([Alert]) -> String {
        { group in
            guard let root = group.first else { return "" }
            let severity = group.contains { $0.condition.severity == .critical } ? "CRITICAL" : "Warning"
            let kind = root.condition.key.kind.rawValue.replacing("_", with: " ")
            var lines = [
                "\(severity), \(kind), for \(Wording.age(root.condition.since, at: now)) (since "
                    + "\(Wording.second(root.condition.since)))",
                "  " + root.condition.cause, "  → " + root.condition.advice,
            ]
            for alert in group.dropFirst().prefix(shown) {
                lines.append("  · for \(Wording.age(alert.condition.since, at: now)): \(alert.condition.cause)")
            }
            if group.count > shown + 1 { lines.append("  · and \(group.count - shown - 1) more of the same root") }
            return lines.joined(separator: "\n")
        }
    }

    /// So many alerts of one root are shown under it.
    private static let shown = 6

    /// For programs.
    public var json: JSONValue {
        [
            "now": .moment(now), "judged_at": .moment(judgedAt), "is_judged": .bool(isJudged),
            "is_well": .bool(isWell), "untold": .int(untold), "telling_failure": .text(failure),
            "alerts": .array(
                alerts.map { alert in
                    let condition = alert.condition
                    return [
                        "id": .string(alert.id.description), "state": .string(alert.isRaised ? "raised" : "resolved"),
                        "kind": .string(condition.key.kind.rawValue), "subject": .string(condition.key.subject),
                        "group": .string(condition.group), "connection": .text(condition.connection?.name),
                        "severity": .string(condition.severity.rawValue), "cause": .string(condition.cause),
                        "advice": .string(condition.advice), "since": .moment(condition.since),
                        "raised_at": .moment(alert.raisedAt), "last_seen_at": .moment(alert.lastSeenAt),
                        "resolved_at": .moment(alert.resolvedAt), "sequence": .int(alert.sequence),
                        "told": .int(alert.telling.told),
                    ]
                }),
        ]
    }
}
