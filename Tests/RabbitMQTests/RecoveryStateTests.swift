import RandomSupport
import Testing

@testable import RabbitMQ

@Suite("The decisions of recovery")
struct RecoveryStateTests {
    let start = ContinuousClock.now

    private func wait(_ action: RecoveryState.Action, from now: ContinuousClock.Instant) -> Duration? {
        guard case .reconnect(let instant) = action else { return nil }
        return instant - now
    }

    @Test("Delays double up to the ceiling, and are spread over their upper half", arguments: 0..<50)
    func backoff(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var state = RecoveryState(first: .milliseconds(100), ceiling: .seconds(2))
        for attempt in 0..<200 {
            let nominal = min(Duration.seconds(2), .milliseconds(100) * (1 << min(attempt, 10)))
            let action = state.lost(now: start, spread: .random(in: 0...1, using: &random))
            let delay = try #require(wait(action, from: start))
            #expect(delay >= nominal * 0.499 && delay <= nominal, "seed \(seed), attempt \(attempt): \(delay)")
        }
    }

    @Test("Only a connection that has lasted makes the delay short again")
    func stability() throws {
        var random = SeededGenerator(seed: 1)
        var state = RecoveryState(first: .seconds(1), ceiling: .seconds(64), stableAfter: .seconds(5))
        for _ in 0..<5 { _ = state.lost(now: start, spread: .random(in: 0...1, using: &random)) }
        state.connected(now: start)
        let soon = start + .seconds(4)
        let soonLost = state.lost(now: soon, spread: .random(in: 0...1, using: &random))
        let flapping = try #require(wait(soonLost, from: soon))
        #expect(flapping >= .seconds(16))
        state.connected(now: start + .seconds(10))
        let later = start + .seconds(20)
        let laterLost = state.lost(now: later, spread: .random(in: 0...1, using: &random))
        let lasting = try #require(wait(laterLost, from: later))
        #expect(lasting <= .seconds(1))
    }

    @Test("A closed channel is opened again at once, but not for ever")
    func channels() {
        var random = SeededGenerator(seed: 1)
        var state = RecoveryState()
        state.connected(now: start)
        let actions = (0..<4).map { _ in state.channelLost(now: start, spread: .random(in: 0...1, using: &random)) }
        #expect(actions.prefix(3) == [.reopenChannel, .reopenChannel, .reopenChannel])
        #expect(wait(actions[3], from: start) != nil)
        state.connected(now: start)
        #expect(
            state.channelLost(now: start + .seconds(60), spread: .random(in: 0...1, using: &random)) == .reopenChannel)
    }

    @Test("The first connection is no reconnection")
    func counting() {
        var random = SeededGenerator(seed: 1)
        var state = RecoveryState()
        _ = state.lost(now: start, spread: .random(in: 0...1, using: &random))
        state.connected(now: start)
        #expect(state.reconnects == 0)
        _ = state.lost(now: start, spread: .random(in: 0...1, using: &random))
        state.connected(now: start)
        #expect(state.reconnects == 1)
    }
}
