import CanonicalModel
import IntegrationSupport
import Postgres
import Synchronization
import Testing

@testable import SyncStore

@Suite("The database's clock as a process reckons it")
struct DatabaseClockTests {
    /// A steady clock that stands where a test puts it.
    private final class Steady: Sendable {
        let start = ContinuousClock.now
        let passed = Mutex(Duration.zero)

        var now: ContinuousClock.Instant { start + passed.withLock(\.self) }

        func moment(_ milliseconds: Int) -> ContinuousClock.Instant { start + .milliseconds(milliseconds) }

        func set(_ milliseconds: Int) { passed.withLock { $0 = .milliseconds(milliseconds) } }
    }

    private static let wrong = Instant(seconds: 1_000)
    private static let right = Instant(seconds: 2_000)

    private func clock(_ steady: Steady) -> DatabaseClock {
        DatabaseClock(steady: { steady.now }, ownClock: { Self.wrong })
    }

    @Test("It goes by the machine's clock until the database was asked, and by the steady one from then on")
    func reckoned() {
        let steady = Steady()
        let clock = clock(steady)
        #expect(clock.now == Self.wrong)
        clock.take(Self.right, asked: steady.moment(0), answered: steady.moment(4))
        steady.set(2)
        #expect(clock.now == Self.right)
        steady.set(60_002)
        #expect(clock.now == Self.right.advanced(bySeconds: 60))
    }

    @Test("An answer that took long changes nothing while a better one is known, and counts once that has grown old")
    func betterReading() {
        let steady = Steady()
        let clock = clock(steady)
        clock.take(Self.right, asked: steady.moment(0), answered: steady.moment(2))
        // Of 400 ms nobody knows in which the time was told: it says 150 ms more than there were.
        let late = Self.right.advanced(by: .milliseconds(5_350))
        clock.take(late, asked: steady.moment(5_001), answered: steady.moment(5_401))
        steady.set(5_201)
        #expect(clock.now == Self.right.advanced(by: .milliseconds(5_200)))
        let hour = 3_600_000
        clock.take(
            Self.right.advanced(bySeconds: 3_600), asked: steady.moment(hour), answered: steady.moment(hour + 400))
        steady.set(hour + 200)
        #expect(clock.now == Self.right.advanced(bySeconds: 3_600))
    }

    @Test("A database whose clock was set is followed at once, forward and back", arguments: [600, -600])
    func setClock(seconds: Int64) {
        let steady = Steady()
        let clock = clock(steady)
        clock.take(Self.right, asked: steady.moment(0), answered: steady.moment(2))
        let set = Self.right.advanced(bySeconds: 5 + seconds)
        clock.take(set, asked: steady.moment(5_000), answered: steady.moment(5_300))
        steady.set(5_150)
        #expect(clock.now == set)
    }

    @Test("R13.5: a machine whose clock is wrong tells the database's time", .database)
    func onPostgres() async throws {
        try await IntegrationSpace.required().withPool { pool in
            let clock = DatabaseClock(ownClock: { Self.wrong })
            try await clock.synchronise(on: pool)
            let before = try await pool.run(Figures.clock)
            let told = clock.now
            let after = try await pool.run(Figures.clock)
            let leeway = after.microseconds - before.microseconds + 1_000_000
            #expect(told.microseconds > before.microseconds - leeway && told.microseconds < after.microseconds + leeway)
        }
    }
}
