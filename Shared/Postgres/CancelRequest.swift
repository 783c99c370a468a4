internal import CLibPQ
internal import Glibc
internal import SocketThread
internal import Synchronization

/// Asks the server, on a connection and a thread of its own, to give up the statement that runs.
///
/// `PQcancel` blocks until the server has answered, without a limit, so it may run neither on the cooperative pool nor
/// on the thread that keeps the deadline. From its manual: "PQcancel can be safely invoked from a signal handler" and
/// "can thus be invoked from a thread that is separate from the one manipulating the PGconn object".
final class CancelRequest: Sendable {
    // A server that is stopped keeps each request waiting for as long as it is stopped.
    private static let limit = 32
    private static let running = Atomic<Int>(0)

    private let finished = Atomic<Bool>(false)
    private let wakeup: WakeupEvent
    // Written before the thread starts and freed by it; nobody else looks.
    nonisolated(unsafe) private let target: OpaquePointer

    /// Whether the server has taken the request in.
    var isFinished: Bool {
        finished.load(ordering: .acquiring)
    }

    /// Sends the request for the statement that `connection` runs; nil if it cannot be sent.
    ///
    /// - Parameter wakeup: signalled when the server has taken it in.
    static func send(for connection: OpaquePointer, wakeup: WakeupEvent) -> CancelRequest? {
        guard running.wrappingAdd(1, ordering: .relaxed).newValue <= limit, let target = PQgetCancel(connection) else {
            running.wrappingSubtract(1, ordering: .relaxed)
            return nil
        }
        let request = CancelRequest(target: target, wakeup: wakeup)
        guard request.start() else {
            running.wrappingSubtract(1, ordering: .relaxed)
            PQfreeCancel(target)
            return nil
        }
        return request
    }

    private init(target: OpaquePointer, wakeup: WakeupEvent) {
        self.target = target
        self.wakeup = wakeup
    }

    private func start() -> Bool {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self)
        let failure = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<CancelRequest>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
        guard failure == 0 else {
            context.release()
            return false
        }
        pthread_detach(thread)
        return true
    }

    private func run() {
        // A refusal changes nothing: the caller's grace period ends the call then.
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { text in
            _ = PQcancel(target, text.baseAddress, 256)
        }
        PQfreeCancel(target)
        Self.running.wrappingSubtract(1, ordering: .relaxed)
        finished.store(true, ordering: .releasing)
        wakeup.signal()
    }
}
