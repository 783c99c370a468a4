import Synchronization
import Testing

@testable import AdapterKit

@Suite("A turnstile", .timeLimit(.minutes(1)))
struct TurnstileTests {
    /// Starts a task that enters and says so; returns once it waits, or is through.
    private func enter(_ turnstile: Turnstile, _ through: @escaping @Sendable () -> Void) async -> Task<Bool, Never> {
        let before = turnstile.arrived
        let task = Task {
            do {
                try await turnstile.enter()
                through()
                return true
            } catch {
                return false
            }
        }
        while turnstile.arrived == before { await Task.yield() }
        return task
    }

    @Test("Lets tasks through one at a time, in the order in which they came")
    func order() async throws {
        let turnstile = Turnstile()
        let order = Mutex<[Int]>([])
        try await turnstile.enter()
        var tasks: [Task<Bool, Never>] = []
        for number in 0..<5 {
            tasks.append(
                await enter(turnstile) {
                    order.withLock { $0.append(number) }
                    turnstile.leave()
                })
        }
        #expect(order.withLock { $0 }.isEmpty, "the first one is still there")
        turnstile.leave()
        for task in tasks { #expect(await task.value) }
        #expect(order.withLock { $0 } == [0, 1, 2, 3, 4])
        try await turnstile.enter()
    }

    @Test("Who is cancelled leaves the line, and those behind keep their places")
    func cancelled() async throws {
        let turnstile = Turnstile()
        try await turnstile.enter()
        let gone = await enter(turnstile) {}
        let next = await enter(turnstile) {}
        gone.cancel()
        #expect(await gone.value == false)
        turnstile.leave()
        #expect(await next.value)
    }

    @Test("Who comes cancelled already does not wait")
    func late() async throws {
        let turnstile = Turnstile()
        try await turnstile.enter()
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            await #expect(throws: CancellationError.self) { try await turnstile.enter() }
        }
        await task.value
    }
}
