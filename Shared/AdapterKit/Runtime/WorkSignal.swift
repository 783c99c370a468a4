import Synchronization

/// Wakes workers so that claims are as few and as large as possible.
///
/// While nobody is at work, a signal wakes a worker at once. While somebody is, it is kept: whoever is ready first takes up
/// all that has come in meanwhile as one claim, and where that takes too long, `wakeAnother` sends a further worker. So
/// few signals cost no waiting, and many cost few claims.
final class WorkSignal: Sendable {
    private struct State {
        var idle: [CheckedContinuation<Bool, Never>] = []
        var busy: Int
        var isKept = false
        var isFinished = false
    }

    private let state: Mutex<State>
    private let kept: AsyncStream<Void>.Continuation
    /// Says that a signal found all who were awake at work, once until somebody looks.
    let waiting: AsyncStream<Void>

    /// Makes a signal for so many workers, none of which waits yet.
    init(workers: Int) {
        state = Mutex(State(busy: workers))
        (waiting, kept) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Tells that there is a reason to look.
    ///
    /// - Parameter isUrgent: whether a worker that is idle looks at once, whoever is at work already.
    func fire(isUrgent: Bool = false) {
        let worker = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard state.busy == 0 || isUrgent, let worker = state.idle.popLast() else {
                state.isKept = true
                return nil
            }
            state.busy += 1
            return worker
        }
        if let worker { worker.resume(returning: true) } else { kept.yield() }
    }

    /// Wakes one worker more if a signal is still kept.
    func wakeAnother() {
        let worker = state.withLock { state -> CheckedContinuation<Bool, Never>? in
            guard state.isKept, let worker = state.idle.popLast() else { return nil }
            state.isKept = false
            state.busy += 1
            return worker
        }
        worker?.resume(returning: true)
    }

    /// Waits until there is a reason to look; called by a worker whenever it has nothing to do.
    ///
    /// - Returns: false once the signal is finished.
    func wait() async -> Bool {
        await withCheckedContinuation { worker in
            let answer: Bool? = state.withLock { state in
                if state.isFinished { return false }
                if state.isKept {
                    state.isKept = false
                    return true
                }
                state.busy -= 1
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
        kept.finish()
        for worker in idle { worker.resume(returning: false) }
    }
}
