internal import CEventFD
internal import Glibc
internal import Synchronization

/// Runs an actor on one OS thread of its own, which also waits for that actor's socket.
///
/// librabbitmq, libpq and libcurl block inside their calls and forbid the use of one handle from two threads. An actor
/// whose executor is a `SocketThread` therefore owns its handle for good: every job of the actor and every look at the
/// socket happen here, and the cooperative pool is never blocked (docs/decisions/0002).
///
/// The thread starts at once and lives until `stop()`. A job that arrives later still runs, on a thread started for it,
/// so that a late call fails by itself instead of waiting for ever.
public final class SocketThread: SerialExecutor, Sendable {
    private struct State {
        var jobs: [UnownedJob] = []
        var signalled = false
        var stopping = false
        var running = true
    }

    private let name: String
    private let wakeup = WakeupEvent()
    private let state = Mutex(State())
    private let threadID = Atomic<UInt>(0)
    // Confined to the thread: `attach` and `detach` are called by jobs of the actor, which run there.
    nonisolated(unsafe) private var source: (any SocketSource)?

    /// Starts the thread.
    ///
    /// - Parameter name: shown by `ps -L` and debuggers; cut to 15 bytes, the limit of the kernel.
    public init(name: String) {
        self.name = name
        start()
    }

    /// Queues a job of the actor.
    ///
    /// Safe from any thread; order is kept.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // The runtime names executors without owning them. If this job is the actor's deinit, it may let go of the last
        // other reference while we are still here.
        let keeper = Unmanaged.passRetained(self)
        defer { keeper.release() }
        let (wake, restart) = state.withLock { state in
            state.jobs.append(job)
            let restart = !state.running
            state.running = true
            let wake = !state.signalled
            state.signalled = true
            return (wake, restart)
        }
        if restart {
            start()
        } else if wake {
            wakeup.signal()
        }
    }

    /// Makes the thread wait on `source` between jobs.
    ///
    /// Call it from the actor only.
    public func attach(_ source: any SocketSource) {
        preconditionIsOnThread()
        self.source = source
    }

    /// Ends the waiting on a source.
    ///
    /// Call it from the actor only.
    public func detach() {
        preconditionIsOnThread()
        source = nil
    }

    /// Lets the thread end once its queue is empty and its source is detached.
    ///
    /// Safe from any thread, any number of times.
    public func stop() {
        state.withLock { $0.stopping = true }
        wakeup.signal()
    }

    /// Traps unless called on this thread; Swift's `assumeIsolated` asks it.
    public func checkIsolated() {
        preconditionIsOnThread()
    }

    /// Tells whether the caller is on this thread.
    public func isIsolatingCurrentContext() -> Bool? {
        UInt(pthread_self()) == threadID.load(ordering: .acquiring)
    }

    private func preconditionIsOnThread() {
        precondition(isIsolatingCurrentContext() == true, "not on the thread \(name)")
    }

    private func start() {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self)
        let failure = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<SocketThread>.fromOpaque(context).takeRetainedValue().loop()
                return nil
            }, context.toOpaque())
        precondition(failure == 0, "cannot start the thread \(name): error \(failure)")
        pthread_detach(thread)
    }

    private func loop() {
        shim_setname(String(name.prefix(15)))
        threadID.store(UInt(pthread_self()), ordering: .releasing)
        var jobs: [UnownedJob] = []
        while true {
            let ended = state.withLock { state in
                swap(&jobs, &state.jobs)
                if jobs.isEmpty { state.signalled = false }
                let ended = jobs.isEmpty && state.stopping && source == nil
                if ended {
                    state.running = false
                    // The system may give this identity to a later thread, which must not pass for ours.
                    threadID.store(0, ordering: .releasing)
                }
                return ended
            }
            if ended { return }
            guard jobs.isEmpty else {
                for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
                jobs.removeAll(keepingCapacity: true)
                // A call may have left frames inside the library, which never make the socket readable again.
                source?.pump()
                continue
            }
            wait()
            source?.pump()
        }
    }

    private func wait() {
        if let source {
            source.wait(wakeup: wakeup.descriptor)
        } else {
            var descriptor = pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0)
            poll(&descriptor, 1, -1)
        }
        wakeup.clear()
    }
}
