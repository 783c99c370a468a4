import SandboxKit
import SandboxSupport
import SystemSupport

/// Waits until somebody of whom we know nothing has nothing more to do, and has the checker judge the histories.
///
/// Nothing is announced again before: what is judged is what it has achieved by itself.
struct OutcomeInspection {
    /// Longer than any wait of the consumer's: for a try, a connection that is dead, a message that nobody acknowledges.
    private static let silence = Duration.seconds(45)
    private static let patience = Duration.seconds(1800)

    let system: RunningSystem
    let chronicle: Chronicle
    let log: IntentLog

    func judge() async throws -> Judgement {
        try await system.isReady()
        var lastTotals: [JSON] = []
        var since = ContinuousClock.now
        try await eventually("the vendors have heard nothing for a while", within: Self.patience) {
            var totals: [JSON] = []
            for vendor in [system.hubspot, system.jobber, system.quickbooks] {
                let state = try await vendor.control(
                    "POST", "webhooks/settle", ["timeoutMilliseconds": 20_000, "withRetries": true])
                // A webhook that waits to be tried again will still be heard.
                guard state["settled"]?.boolValue == true else { return false }
                totals.append(try await vendor.control("GET", "history/counts"))
            }
            if totals != lastTotals { (lastTotals, since) = (totals, .now) }
            return ContinuousClock.now - since >= Self.silence
        }
        try await chronicle.read()
        var evidence = Evidence()
        evidence.intents = log.all
        evidence.changes = await chronicle.changes
        return Checker(evidence).judge()
    }
}
