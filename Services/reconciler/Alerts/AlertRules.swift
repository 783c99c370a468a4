import CanonicalModel
import SyncStore

/// Finds what is wrong.
///
/// Pure: the same measures give the same conditions.
struct AlertRules: Sendable {
    let measures: AlertMeasures
    let settings: AlertSettings

    /// What was found.
    struct Findings: Sendable, Hashable {
        /// What is wrong.
        var conditions: [AlertCondition] = []
        /// Kinds about which nothing can be said now; what is open of them stays.
        var unjudged: Set<AlertKind> = []
    }

    /// Judges everything.
    func judge() -> Findings {
        var findings = Findings()
        if !isMeasured { findings.unjudged.insert(.freshness) }
        if !isAwake { findings.unjudged.formUnion([.replica, .stalledLoop, .canary]) }
        let conditions = [
            freshness, measuring, webhookSilence, stalledLoops, backlog, deadLetters, circuits, tokens, budgets,
            replicas, seal, canaries, telling, recovery,
        ].flatMap { $0 }
        // Two rules may find the same; one of them is enough.
        let once = Dictionary(conditions.map { ($0.key, $0) }) { first, _ in first }
        findings.conditions = once.values.filter { !findings.unjudged.contains($0.key.kind) }
            .sorted { $0.key < $1.key }
        return findings
    }

    /// Whether somebody has looked lately: after a standstill of the database every process seems dead for a moment.
    private var isAwake: Bool {
        guard let judgedAt = measures.judgedAt else { return true }
        return measures.age(judgedAt) <= Self.standstill
    }

    /// Whether the figures of flows are of now.
    private var isMeasured: Bool {
        guard let measuredAt = measures.flows.map(\.measuredAt).min() else { return true }
        return measures.age(measuredAt) <= unmeasured
    }

    /// Beyond this age figures say nothing of now; where one measurement takes long, the next is not made at once.
    var unmeasured: Duration { max(settings.stall, .seconds(30)) }

    /// How old something was when it was measured: what has moved on since must not seem to stand still.
    static func age(_ moment: Instant, at measuredAt: Instant) -> Duration {
        .microseconds(max(measuredAt.microseconds - moment.microseconds, 0))
    }

    static let standstill = Duration.seconds(60)

    // MARK: What is shared by rules

    func condition(
        _ kind: AlertKind, _ subject: String, group: String? = nil, connection: ConnectionID? = nil,
        severity: AlertSeverity = .warning, since: Instant, cause: String, advice: String, hold: Duration = .zero
    ) -> AlertCondition {
        AlertCondition(
            .init(kind, subject), group: group ?? connection.map(Self.group) ?? kind.rawValue, connection: connection,
            severity: severity, since: since, cause: cause, advice: advice, hold: hold)
    }

    /// The word that everything bears that stands still on our own side: processes, loops and the ways between them, since
    /// one of them is mostly the root of the others.
    static let ourSide = "our own side"

    /// The word that everything with its root at a connection bears.
    static func group(_ connection: ConnectionID) -> String { "connection \(connection)" }

    /// What is known to keep a connection from being read or written; nil where nothing is.
    func obstacle(_ connection: ConnectionID, _ direction: Circuits.Direction) -> String? {
        guard let declared = measures.named[connection] else { return nil }
        if declared.health.isPaused { return "\(connection) is paused" }
        if direction == .writing, measures.recovery?.isHeld == true {
            return "nothing is written before a restored database has read everything again"
        }
        if declared.health.awaitsConsentSince != nil { return "\(connection) is not authorised yet" }
        let circuit = direction == .reading ? declared.health.reading : declared.health.writing
        if circuit.openedAt != nil {
            return "\(connection) cannot be \(direction == .reading ? "read" : "written") now: "
                + (circuit.failure ?? "it does not answer")
        }
        if measures.shortages.contains(where: { $0.connections.contains(connection) }) {
            return "the calls of \(connection)'s account are used up"
        }
        return nil
    }

    /// A span in words: `4 s`, `3 min`, `2 h 5 min`.
    static func span(_ span: Duration) -> String {
        let seconds = max(span.components.seconds, 0)
        let units: [(Int64, String)] = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")]
        guard let index = units.firstIndex(where: { seconds >= $0.0 }) else { return "0 s" }
        let (size, name) = units[index]
        var text = "\(seconds / size) \(name)"
        if index + 1 < units.count, seconds % size / units[index + 1].0 > 0 {
            text += " \(seconds % size / units[index + 1].0) \(units[index + 1].1)"
        }
        return text
    }

    static func advanced(_ moment: Instant, by span: Duration) -> Instant {
        let (seconds, attoseconds) = span.components
        return Instant(microseconds: moment.microseconds + seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    }
}
