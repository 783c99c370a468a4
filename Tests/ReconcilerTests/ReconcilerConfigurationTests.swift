import ServiceKit
import Testing

@testable import Reconciler

@Suite("The configuration of the reconciler")
struct ReconcilerConfigurationTests {
    @Test("says of every key what it is for, also of those that matter only with others")
    func meanings() {
        let keys = CheckedConfiguration.keys { ReconcilerConfiguration(config: $0) }
        #expect(keys.filter(\.meaning.isEmpty).map(\.key) == [])
        #expect(
            Set(keys.map(\.key)).isSuperset(of: [
                "audit.signing.key.command", "alerts.webhook.url", "alerts.webhook.secret", "freshness.objectives",
                "freshness.objective.batch", "retention.letters.days", "snapshots.keep", "alerts.silence.missed",
            ]))
    }
}
