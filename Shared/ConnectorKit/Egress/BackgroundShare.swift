import Synchronization

/// Keeps rounds free of background work, so that urgent work finds a worker however long the background waits for calls.
final class BackgroundShare: Sendable {
    private struct State {
        let all: Int
        var free: Int
        var wasRefused = false
    }

    private let state: Mutex<State>

    /// Takes how many rounds at once may have background work, at least one.
    init(rounds: Int) {
        state = Mutex(State(all: max(rounds, 1), free: max(rounds, 1)))
    }

    /// Whether a round has background work, or looks for some.
    var isInUse: Bool { state.withLock { $0.free < $0.all } }

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
