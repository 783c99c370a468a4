internal import SocketThread
internal import Synchronization

/// One call of a connection: until when it may last, and whether it was cancelled meanwhile.
///
/// The thread of the connection looks at it while it waits; any other thread may cancel it.
final class Call: Sendable {
    /// Why a call ends before the server's answer.
    enum Interruption {
        case cancelled, deadline
    }

    let deadline: ContinuousClock.Instant
    private let wakeup: WakeupEvent
    private let cancelled = Atomic<Bool>(false)

    init(deadline: ContinuousClock.Instant, wakeup: WakeupEvent) {
        self.deadline = deadline
        self.wakeup = wakeup
    }

    func cancel() {
        cancelled.store(true, ordering: .releasing)
        wakeup.signal()
    }

    func interruption(at now: ContinuousClock.Instant) -> Interruption? {
        if cancelled.load(ordering: .acquiring) { return .cancelled }
        return now >= deadline ? .deadline : nil
    }
}

extension Call.Interruption {
    /// The error of a call that ended for this reason.
    func error(_ consequence: String) -> PostgresError {
        switch self {
        case .cancelled: PostgresError(code: .cancelled, message: "the task was cancelled; \(consequence)")
        case .deadline: PostgresError(code: .timedOut, message: "the deadline of the call passed; \(consequence)")
        }
    }
}
