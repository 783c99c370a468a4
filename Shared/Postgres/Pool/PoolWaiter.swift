internal import Synchronization

/// One caller that waits for its turn; resolved once, before or after it begins to wait.
final class PoolWaiter: Sendable {
    typealias Grant = PoolState<PostgresConnection>.Grant
    typealias Outcome = Result<Grant, PostgresError>

    private enum State {
        case new
        case waiting(CheckedContinuation<Grant, any Error>)
        case resolved(Outcome)
    }

    static let closedError = PostgresError(code: .closed, message: "the connection pool is closed")

    private let state = Mutex(State.new)

    /// Waits for the outcome; to be called once.
    func grant() async throws -> Grant {
        try await withCheckedThrowingContinuation { continuation in
            let outcome: Outcome? = state.withLock { state in
                if case .resolved(let outcome) = state { return outcome }
                state = .waiting(continuation)
                return nil
            }
            if let outcome { continuation.resume(with: outcome) }
        }
    }

    /// Settles the outcome.
    func resolve(_ outcome: Outcome) {
        let continuation = state.withLock { state -> CheckedContinuation<Grant, any Error>? in
            defer { state = .resolved(outcome) }
            if case .waiting(let continuation) = state { return continuation }
            return nil
        }
        continuation?.resume(with: outcome)
    }
}
