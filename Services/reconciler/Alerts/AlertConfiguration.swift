import ServiceKit
import SyncPolicy

/// What is judged wrong, and who is told.
///
/// ## Configuration keys
/// Those of `AlertReceiver`, and
/// - `alerts.interval` (0.1–60 seconds, default 10): from one look to the next.
/// - `alerts.hold` (0–3600 seconds, default 20): how long a condition must last that comes and goes in daily work.
/// - `alerts.calm` (0–3600 seconds, default 15): how long it must be gone before its alert is resolved.
/// - `freshness.objective.realtime` (1–86400 seconds, default 60), `freshness.objective.nearrealtime` (300),
///   `freshness.objective.batch` (3600): how old the oldest change on its way may become, by the class that the policy gives
///   its entity.
/// - `freshness.objectives` (optional): other objectives for single flows, `ENTITY:SOURCE>TARGET=SECONDS` with `*` for any,
///   separated by commas; the first that fits holds.
/// - `alerts.canary` (1–86400 seconds, default 60): how long a probe may be under way.
/// - `alerts.stall` (1–86400 seconds, default 60): how long beyond its pace a loop may take.
/// - `alerts.backlog` (1–86400 seconds, default 120): how long work may be due and nobody do it.
/// - `alerts.silence` (1–86400 seconds, default 300): how long changes that no webhook told of may be known.
/// - `alerts.silence.missed` (1–1000000, default 2): how many of them there must be.
/// - `alerts.outage` (1–86400 seconds, default 60): how long a system may not answer, and an account be out of calls.
/// - `alerts.seal` (1–86400 seconds, default 120): how long an entry of the audit log may be without a seal.
/// - `alerts.anchor` (1–604800 seconds, default 3600): how long the log may be without an anchor; more than
///   `audit.anchor.interval`.
/// - `alerts.letters` (1–2592000 seconds, default 14400): after how long an open dead letter is critical.
/// - `alerts.grave` (1–2592000 seconds, default 3600): after how long a lateness or an outage is.
struct AlertConfiguration: Sendable {
    let interval: Duration
    let settings: AlertSettings
    let receiver: AlertReceiver?

    init(config: CheckedConfiguration) {
        let standard = AlertSettings()
        let seconds: (String, Duration, Int, Int, String) -> Duration = { key, usual, least, most, meaning in
            config.seconds(key, default: usual, in: .seconds(least) ... .seconds(most), meaning: meaning)
        }
        interval = config.seconds(
            "alerts.interval", default: .seconds(10), in: .milliseconds(100) ... .seconds(60),
            meaning: "from one look whether anything is wrong to the next")
        var settings = standard
        settings.hold = seconds(
            "alerts.hold", standard.hold, 0, 3600, "how long a condition must last that comes and goes in daily work")
        settings.calm = seconds(
            "alerts.calm", standard.calm, 0, 3600, "how long a condition must be gone before its alert is resolved")
        for (name, syncClass) in [
            ("realtime", SyncClass.realTime), ("nearrealtime", .nearRealTime), ("batch", .batch),
        ] {
            settings.objectives[syncClass] = seconds(
                "freshness.objective.\(name)", standard.objectives[syncClass] ?? .seconds(3600), 1, 86_400,
                "how old the oldest change of an entity of the class \(name) may become on its way")
        }
        let exceptions = config.optionalText(
            "freshness.objectives", allowed: FlowObjective.form,
            meaning: "other objectives for single flows; the first that fits holds")
        if let text = exceptions {
            if let list = FlowObjective.list(text) {
                settings.exceptions = list
            } else {
                config.fault("freshness.objectives", "is \"\(text.prefix(80))\"", allowed: FlowObjective.form)
            }
        }
        settings.canary = seconds(
            "alerts.canary", standard.canary, 1, 86_400, "how long a probe may be under way")
        settings.stall = seconds(
            "alerts.stall", standard.stall, 1, 86_400, "how long beyond its pace a loop may take")
        settings.backlog = seconds(
            "alerts.backlog", standard.backlog, 1, 86_400, "how long work may be due and nobody do it")
        settings.silence = seconds(
            "alerts.silence", standard.silence, 1, 86_400, "how long changes that no webhook told of may be known")
        settings.missed = config.integer(
            "alerts.silence.missed", default: standard.missed, in: 1...1_000_000,
            meaning: "how many such changes there must be")
        settings.outage = seconds(
            "alerts.outage", standard.outage, 1, 86_400,
            "how long a system may not answer, and an account be out of calls")
        settings.seal = seconds(
            "alerts.seal", standard.seal, 1, 86_400, "how long an entry of the audit log may be without a seal")
        settings.anchor = seconds(
            "alerts.anchor", standard.anchor, 1, 604_800, "how long the audit log may be without an anchor")
        settings.letters = seconds(
            "alerts.letters", standard.letters, 1, 2_592_000, "after how long an open dead letter is critical")
        settings.grave = seconds(
            "alerts.grave", standard.grave, 1, 2_592_000, "after how long a lateness or an outage is critical")
        self.settings = settings
        receiver = AlertReceiver(config: config)
    }
}
