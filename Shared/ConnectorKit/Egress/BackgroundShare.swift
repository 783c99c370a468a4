import Synchronization

/// Keeps rounds free of background work, so that urgent work finds a worker however long the background waits for calls.
final class BackgroundShare: Sendable {
    private struct State {
        var free: Int
        /// How many rounds are at background work, and do not only look for some.
        var busy = 0
        var wasRefused = false
    }

    private let state: Mutex<State>

    /// Takes how many rounds at once may have background work, at least one.
    init(rounds: Int) {
        state = Mutex(State(free: max(rounds, 1)))
    }

    /// Whether a round is at background work.
    var isBusy: Bool { state.withLock { $0.busy > 0 } }

    /// Runs the body of a round that was let in and has found background work.
    func working<Result: Sendable>(_ body: () async -> Result) async -> Result {
        state.withLock { $0.busy += 1 }
        defer { state.withLock { $0.busy -= 1 } }
        return await body()
    }

    /// Asks for a round that may have background work; who is let in leaves again.
    func enter() -> Bool {
        state.withLock { state in
            guard state.free > 0 else {
                state.wasRefused = true
                return false
            }
            state.free -= 1
            return true
        }
    }

    /// Gives a round back.
    ///
    /// - Returns: whether somebody was refused since the last one was given back, and has left work that is to be looked for.
    @discardableResult func leave() -> Bool {
        state.withLock { state in
            state.free += 1
            defer { state.wasRefused = false }
            return state.wasRefused
        }
    }
}
