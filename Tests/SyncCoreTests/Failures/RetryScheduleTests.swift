import RandomSupport
import SyncCore
import Testing

@Suite("The retry schedule")
struct RetryScheduleTests {
    @Test("Delays grow, stay within jitter and ceiling, and end", arguments: 0..<50)
    func bounds(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let schedule = RetrySchedule.standard
        for (failure, pace) in schedule.paces {
            var nominal = pace.first
            for attempt in 1..<min(pace.attempts, 200) {
                let delay = schedule.delay(attempt: attempt, after: failure, spread: .random(in: 0...1, using: &random))
                #expect(
                    delay.map { $0 >= nominal * 0.499 && $0 <= nominal } == true, "seed \(seed), \(failure) \(attempt)")
                nominal = min(pace.ceiling, nominal * pace.factor)
            }
            for attempt in [pace.attempts, .max] {
                let last = schedule.delay(
                    attempt: attempt, after: failure, spread: .random(in: 0...1, using: &random))
                #expect(last == nil)
            }
        }
    }

    @Test(
        "What a person must mend is not retried",
        arguments: [FailureClass.validation, .undecodable, .duplicate])
    func notRetried(_ failure: FailureClass) {
        var random = SeededGenerator(seed: 1)
        #expect(
            RetrySchedule.standard.delay(attempt: 1, after: failure, spread: .random(in: 0...1, using: &random)) == nil)
    }

    @Test(
        "What is not the work's fault is never given up (R25.12)",
        arguments: [FailureClass.rateLimited, .authentication])
    func neverGivenUp(_ failure: FailureClass) {
        let delay = RetrySchedule.standard.delay(attempt: 1_000_000, after: failure, spread: 1)
        #expect(delay == .seconds(300))
    }

    @Test("No failure that was passing waits longer than five minutes (R25.12)")
    func bounded() {
        for (_, pace) in RetrySchedule.standard.paces { #expect(pace.ceiling <= .seconds(300)) }
    }

    @Test("The other side's wish is a lower bound, also beyond the ceiling")
    func serverDelay() {
        var random = SeededGenerator(seed: 1)
        let schedule = RetrySchedule.standard
        #expect(
            schedule.delay(
                attempt: 1, after: .rateLimited, serverDelay: .seconds(7200), spread: .random(in: 0...1, using: &random)
            )
                == .seconds(7200))
        let usual = schedule.delay(
            attempt: 1, after: .rateLimited, serverDelay: .milliseconds(1), spread: .random(in: 0...1, using: &random))
        #expect(usual.map { $0 >= .seconds(1) } == true)
    }

    @Test("A senseless pace is made sensible", arguments: [Double.nan, -3, 0, .infinity])
    func senseless(_ factor: Double) {
        let pace = RetrySchedule.Pace(first: .seconds(-1), factor: factor, ceiling: .seconds(-9), attempts: 1_000_000)
        var random = SeededGenerator(seed: 1)
        let schedule = RetrySchedule(paces: [.transient: pace])
        for attempt in [-5, 0, 1, 999_999] {
            let delay = schedule.delay(attempt: attempt, after: .transient, spread: .random(in: 0...1, using: &random))
            #expect(delay.map { $0 > .zero && $0 <= .milliseconds(1) } == true)
        }
    }
}
