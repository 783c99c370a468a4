import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import ServiceKit

@Suite("The health monitor")
struct HealthMonitorTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test("is not ready before the first answer, and then says since when each check passes or fails")
    func report() async throws {
        let now = Atomic<Int64>(1000)
        let isUp = Atomic<Bool>(false)
        let probes = AsyncStream.makeStream(of: Void.self)
        let check = HealthCheck("database", every: .milliseconds(1)) {
            probes.continuation.yield()
            if !isUp.load(ordering: .relaxed) { throw StartupError("refused") }
        }
        let monitor = HealthMonitor(service: "router", checks: [check], patience: .seconds(5), logger: logger) {
            now.load(ordering: .relaxed)
        }
        #expect(!monitor.report().isReady)
        let running = Task { try await monitor.run() }
        var answers = probes.stream.makeAsyncIterator()
        // The second probe begins when the first has been noted.
        _ = await answers.next()
        _ = await answers.next()
        #expect(
            String(decoding: monitor.report().json(), as: UTF8.self) == """
                {"status":"not ready","service":"router","checks":{"database":{"status":"failing",\
                "since":"1970-01-01T00:00:01.000Z","reason":"refused"}}}

                """)
        now.store(5000, ordering: .relaxed)
        isUp.store(true, ordering: .relaxed)
        while !monitor.report().isReady { _ = await answers.next() }
        #expect(monitor.report().entries == [.init(name: "database", isPassing: true, since: 5000, reason: nil)])
        running.cancel()
        try await running.value
    }

    @Test("counts a check that does not answer as failing")
    func hanging() async throws {
        let now = Atomic<Int64>(0)
        let began = AsyncStream.makeStream(of: Void.self)
        let check = HealthCheck("broker") {
            began.continuation.yield()
            try await Task.sleep(for: .seconds(3600))
        }
        let monitor = HealthMonitor(service: "router", checks: [check], patience: .seconds(5), logger: logger) {
            now.load(ordering: .relaxed)
        }
        let running = Task { try await monitor.run() }
        var iterator = began.stream.makeAsyncIterator()
        _ = await iterator.next()
        now.store(7000, ordering: .relaxed)
        #expect(monitor.report().entries.map(\.reason) == ["no answer for 7 s"])
        running.cancel()
        try await running.value
    }

    @Test("is ready without checks, and not while it is stopping")
    func stopping() async throws {
        let monitor = HealthMonitor(service: "router", checks: [])
        #expect(monitor.report().isReady)
        let group = ServiceGroup(services: [monitor], logger: logger)
        let running = Task { try await group.run() }
        await group.triggerGracefulShutdown()
        try await running.value
        #expect(!monitor.report().isReady)
        #expect(String(decoding: monitor.report().json(), as: UTF8.self).contains("\"stopping\""))
    }
}
