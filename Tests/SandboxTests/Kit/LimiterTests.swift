import SandboxKit
import Testing

@Suite("Rate limits")
struct LimiterTests {
    private func at(_ milliseconds: Int64) -> SandboxInstant { SandboxInstant(milliseconds: milliseconds) }

    @Test("A rolling window refuses until its oldest request has left it")
    func window() {
        var window = RollingWindow(limit: 3, milliseconds: 1_000)
        let verdicts = [0, 400, 500, 600, 999, 1_000, 1_001].map { window.take(now: at($0)) }
        #expect(
            verdicts == [
                .allowed(remaining: 2), .allowed(remaining: 1), .allowed(remaining: 0), .refused(waitMilliseconds: 400),
                .refused(waitMilliseconds: 1), .allowed(remaining: 0), .refused(waitMilliseconds: 399),
            ])
    }

    @Test("A lifted limit counts and lets through")
    func lifted() {
        var window = RollingWindow(limit: 1, milliseconds: 1_000)
        let verdicts = (0..<10).map { _ in window.take(now: at(0), enforced: false) }
        #expect(verdicts == Array(repeating: .allowed(remaining: 0), count: 10))
    }

    @Test("A clock that is turned back does not block for ever")
    func turnedBack() {
        var window = RollingWindow(limit: 1, milliseconds: 1_000)
        let verdicts = [1_000_000, 0].map { window.take(now: at($0)) }
        #expect(verdicts == [.allowed(remaining: 0), .allowed(remaining: 0)])
    }

    @Test("A leaky bucket refills at its rate, up to its size")
    func bucket() {
        var bucket = LeakyBucket(capacity: 100, restorePerSecond: 10)
        let taken = [bucket.take(100, now: at(0)), bucket.take(1, now: at(0))]
        #expect(taken == [true, false])
        let refilled = bucket.available(now: at(2_000))
        #expect(refilled == 20)
        let emptied = bucket.take(20, now: at(2_000))
        #expect(emptied)
        bucket.giveBack(5)
        let levels = [bucket.available(now: at(2_000)), bucket.available(now: at(1_000_000))]
        #expect(levels == [5, 100])
    }
}
