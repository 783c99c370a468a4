/// A task of a service that waits.
final class Waiter {
    let process: ServiceProcess
    let incarnation: Int
    /// Taken when the task goes on, by whichever end of the wait comes first.
    private var continuation: UnsafeContinuation<Void, any Error>?

    init(_ process: ServiceProcess, _ incarnation: Int, _ continuation: UnsafeContinuation<Void, any Error>) {
        self.process = process
        self.incarnation = incarnation
        self.continuation = continuation
    }

    func goOn() { take()?.resume() }
    func fail(_ error: any Error) { take()?.resume(throwing: error) }

    private func take() -> UnsafeContinuation<Void, any Error>? {
        defer { continuation = nil }
        return continuation
    }
}

/// The process that a task belonged to is gone.
struct ProcessDied: Error {}

/// The database does not answer, or nobody knows whether it has committed.
struct StoreAway: Error {}
