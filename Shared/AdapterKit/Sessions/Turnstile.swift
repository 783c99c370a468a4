import Synchronization

/// Lets tasks through one at a time, in the order in which they came.
final class Turnstile: Sendable {
    private struct Waiter {
        var number: UInt64
        var turn: CheckedContinuation<Bool, Never>
    }

    private struct State {
        var isTaken = false
        var waiting: [Waiter] = []
        var arrivals: UInt64 = 0
    }

    private let state = Mutex(State())

    /// How many have come so far, for tests: all but the last are through or wait.
    var arrived: UInt64 { state.withLock(\.arrivals) }

    /// Waits for the turn; who has had it leaves.
    ///
    /// - Throws: when the task is cancelled before its turn has come.
    func enter() async throws(CancellationError) {
        let number = state.withLock { state in
            state.arrivals += 1
            return state.arrivals
        }
        let hasTurn = await withTaskCancellationHandler {
            await withCheckedContinuation { wait(Waiter(number: number, turn: $0)) }
        } onCancel: {
            giveUp(number)
        }
        guard hasTurn else { throw CancellationError() }
    }

    /// Lets the next one through.
    func leave() {
        let next = state.withLock { state -> Waiter? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.isTaken = false
            return nil
        }
        next?.turn.resume(returning: true)
    }

    private func wait(_ waiter: Waiter) {
        let hasTurn: Bool? = state.withLock { state in
            guard state.isTaken else {
                state.isTaken = true
                return true
            }
            // Who is cancelled from here on is found among those who wait.
            guard !Task.isCancelled else { return false }
            state.waiting.append(waiter)
            return nil
        }
        if let hasTurn { waiter.turn.resume(returning: hasTurn) }
    }

    private func giveUp(_ number: UInt64) {
        let waiter = state.withLock { state -> Waiter? in
            guard let place = state.waiting.firstIndex(where: { $0.number == number }) else { return nil }
            return state.waiting.remove(at: place)
        }
        waiter?.turn.resume(returning: false)
    }
}
