internal import Synchronization

/// Hands the port in use from the HTTP server to whoever waits for it.
public final class ListeningPort: Sendable {
    private enum State {
        case waiting([CheckedContinuation<Int, Never>])
        case known(Int)
    }

    private let state = Mutex(State.waiting([]))

    /// Makes a port that is not known yet.
    public init() {}

    /// The port, once the server listens.
    ///
    /// It waits as long as the server takes; run it beside the group that holds the server.
    public func value() async -> Int {
        await withCheckedContinuation { continuation in
            let known: Int? = state.withLock { state in
                switch state {
                case .known(let port): return port
                case .waiting(let others):
                    state = .waiting(others + [continuation])
                    return nil
                }
            }
            if let known { continuation.resume(returning: known) }
        }
    }

    func set(_ port: Int) {
        let waiting = state.withLock { state in
            guard case .waiting(let waiting) = state else { return [CheckedContinuation<Int, Never>]() }
            state = .known(port)
            return waiting
        }
        for continuation in waiting { continuation.resume(returning: port) }
    }
}
