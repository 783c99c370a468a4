import Testing

@testable import Postgres

@Suite("Growing waiting times")
struct BackoffTests {
    private let backoff = Backoff(first: .milliseconds(50), longest: .seconds(2))

    @Test("Each step is twice the one before, up to the longest")
    func grows() {
        let steps = (1...8).map { backoff.delay(after: $0, random: 1) }
        #expect(steps == [50, 100, 200, 400, 800, 1600, 2000, 2000].map { Duration.milliseconds($0) })
        #expect(backoff.delay(after: .max, random: 1) == .seconds(2))
    }

    @Test("Jitter keeps every time between half and all of its step", arguments: [-1, 0, 0.25, 1, 7])
    func jitters(random: Double) {
        let delay = backoff.delay(after: 3, random: random)
        #expect(delay >= .milliseconds(100) && delay <= .milliseconds(200))
    }
}
