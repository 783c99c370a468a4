import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import ServiceKit

@Suite("A loop")
struct LoopServiceTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    @Test("goes on at once while there is more, survives failures, and ends its pause on a shutdown")
    func rounds() async throws {
        let count = Mutex(0)
        let idle = AsyncStream.makeStream(of: Void.self)
        let loop = LoopService("sample", every: .seconds(3600), logger: logger, jitter: { 0 }) {
            let number = count.withLock { count in
                count += 1
                return count
            }
            switch number {
            case 1: return .more
            case 2: throw StartupError("away")
            case 3: return .after(.zero)
            default:
                idle.continuation.yield()
                return .idle
            }
        }
        let group = ServiceGroup(services: [loop], logger: logger)
        async let running: Void = group.run()
        var iterator = idle.stream.makeAsyncIterator()
        _ = await iterator.next()
        await group.triggerGracefulShutdown()
        try await running
        #expect(count.withLock { $0 } == 4)
    }

    @Test("pauses longer after each failure, within bounds")
    func pauses() {
        #expect(LoopService.pause(after: 1, jitter: 1) == .milliseconds(200))
        #expect(LoopService.pause(after: 1, jitter: 0) == .milliseconds(100))
        #expect(LoopService.pause(after: 1000, jitter: 7) == .seconds(30))
        let longest = (1...20).map { LoopService.pause(after: $0, jitter: 1) }
        #expect(longest == longest.sorted())
    }
}
