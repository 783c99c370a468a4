internal import Synchronization

/// The place of one caller that waits for a batch; whoever comes first, the batch or the cancellation, answers it.
package final class BatchSlot: Sendable {
    private enum State {
        case empty
        case waiting(CheckedContinuation<[IncomingMessage], any Error>)
        case answered
    }

    private let state = Mutex(State.empty)

    package init() {}

    /// Puts the caller to wait; answers at once when it was cancelled before.
    package func install(_ continuation: CheckedContinuation<[IncomingMessage], any Error>) {
        let isCancelled = state.withLock { state in
            if case .answered = state { return true }
            state = .waiting(continuation)
            return false
        }
        if isCancelled { continuation.resume(throwing: CancellationError()) }
    }

    /// Takes the caller, to answer it; nil when it has been answered.
    package func claim() -> CheckedContinuation<[IncomingMessage], any Error>? {
        state.withLock { state in
            guard case .waiting(let continuation) = state else { return nil }
            state = .answered
            return continuation
        }
    }

    /// Answers the caller with `CancellationError`, unless it has its answer.
    package func cancel() {
        let continuation: CheckedContinuation<[IncomingMessage], any Error>? = state.withLock { state in
            defer { state = .answered }
            guard case .waiting(let continuation) = state else { return nil }
            return continuation
        }
        continuation?.resume(throwing: CancellationError())
    }
}
