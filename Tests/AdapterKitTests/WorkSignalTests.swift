import Synchronization
import Testing

@testable import AdapterKit

@Suite("Waking workers")
struct WorkSignalTests {
    /// A worker that waits once; says what it was woken with.
    private func worker(_ signal: WorkSignal) -> Task<Bool, Never> {
        Task { await signal.wait() }
    }

    @Test("A signal that finds nobody at work wakes one worker at once")
    func idle() async {
        let signal = WorkSignal(workers: 1)
        signal.fire()
        #expect(await signal.wait())
        let second = worker(signal)
        signal.fire()
        #expect(await second.value)
    }

    @Test("Signals that come while a worker is busy are one reason to look for the next that is ready")
    func kept() async {
        let signal = WorkSignal(workers: 1)
        for _ in 0..<20 { signal.fire() }
        #expect(await signal.wait())
        let next = worker(signal)
        signal.finish()
        #expect(await next.value == false)
    }

    @Test("A further worker takes up what those at work leave waiting", .timeLimit(.minutes(1)))
    func further() async {
        let signal = WorkSignal(workers: 2)
        // One worker is at work throughout.
        signal.fire()
        #expect(await signal.wait())
        let isWoken = Mutex(false)
        let idle = Task {
            let answer = await signal.wait()
            isWoken.withLock { $0 = true }
            return answer
        }
        while !isWoken.withLock({ $0 }) {
            signal.fire()
            signal.wakeAnother()
            await Task.yield()
        }
        #expect(await idle.value)
    }

    @Test("An urgent signal wakes an idle worker at once, though others are at work", .timeLimit(.minutes(1)))
    func urgent() async {
        let signal = WorkSignal(workers: 2)
        signal.fire()
        #expect(await signal.wait())
        let idle = worker(signal)
        // It is kept for the idle one until that has begun to wait.
        signal.fire(isUrgent: true)
        #expect(await idle.value)
    }

    @Test("The end wakes all who wait, and whoever comes later")
    func end() async {
        let signal = WorkSignal(workers: 3)
        let workers = (0..<2).map { _ in worker(signal) }
        signal.finish()
        for worker in workers { #expect(await worker.value == false) }
        #expect(await signal.wait() == false)
    }
}
