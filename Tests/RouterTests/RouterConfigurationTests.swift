import ServiceKit
import Testing

@testable import Router

@Suite("The configuration of the router")
struct RouterConfigurationTests {
    @Test("says of every key what it is for")
    func meanings() {
        let keys = CheckedConfiguration.keys { RouterConfiguration(config: $0) }
        #expect(keys.filter(\.meaning.isEmpty).map(\.key) == [])
        #expect(Set(keys.map(\.key)).isSuperset(of: ["router.batch", "router.concurrency", "amqp.url", "http.port"]))
    }
}
