import AdapterKit
import ServiceKit
import Testing

@Suite("The configuration of an adapter")
struct AdapterConfigurationTests {
    @Test("says of every key what it is for")
    func meanings() {
        let keys = CheckedConfiguration.keys { AdapterConfiguration(config: $0) }
        #expect(keys.filter(\.meaning.isEmpty).map(\.key) == [])
        let known = Set(keys.map(\.key))
        #expect(
            known.isSuperset(of: [
                "adapter.workers", "canary.interval", "webhooks.public.url", "connections.directory",
                "master.key.previous.command",
            ]))
    }
}
