import Synchronization

/// Wakes workers: as many as there are reasons to, and none twice.
///
/// A signal that finds every worker busy is kept, one for each of them at most, so that nothing that came in during a round
/// waits for the next tick.
final class WorkSignal: Sendable {
    private struct State {
        var idle: [CheckedContinuation<Bool, Never>] = []
        var kept = 0
        var isFinished = false
    }

    private let state = Mutex(State())
    private let workers: Int

    /// Makes a signal for so many workers.
    init(workers: Int) {
        self.workers = workers
    }

    /// Wakes one worker.
    func fire() {
        let worker = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard state.idle.isEmpty else { return state.idle.removeLast() }
            state.kept = min(state.kept + 1, workers)
            return nil
        }
        worker?.resume(returning: true)
    }

    /// Waits until there is a reason to look.
    ///
    /// - Returns: false once the signal is finished.
    func wait() async -> Bool {
        await withCheckedContinuation { worker in
            let answer: Bool? = state.withLock { state in
                if state.isFinished { return false }
                if state.kept > 0 {
                    state.kept -= 1
                    return true
                }
                state.idle.append(worker)
                return nil
            }
            if let answer { worker.resume(returning: answer) }
        }
    }

    /// Ends the waiting of all workers, for good.
    func finish() {
        let idle = state.withLock { state in
            state.isFinished = true
            defer { state.idle = [] }
            return state.idle
        }
        for worker in idle { worker.resume(returning: false) }
    }
}
