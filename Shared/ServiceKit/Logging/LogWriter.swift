internal import Glibc
internal import Synchronization

/// Writes log lines to a file descriptor from a thread of its own.
///
/// A caller only copies its line into a buffer, so a slow or stuck reader of standard error never blocks the cooperative
/// pool. The buffer is bounded: lines that no longer fit are counted, and the count is written once there is room.
public final class LogWriter: Sendable {
    private struct Pending {
        var bytes: [UInt8] = []
        var dropped = 0
        var idle = false
        var stopping = false
    }

    /// The most bytes for which `poll(2)` promises that a pipe takes them without blocking (`PIPE_BUF`).
    private static let chunk = 4096

    private let descriptor: Int32
    private let capacity: Int
    private let pending = Mutex(Pending())
    /// Held by whoever writes: the thread, or a caller of `flush`.
    private let output = Mutex<Void>(())
    // A semaphore is made for use from several threads; it is freed only in deinit.
    nonisolated(unsafe) private let wakeup: UnsafeMutablePointer<sem_t>

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - descriptor: where to write; stays open. Standard error by default.
    ///   - capacity: the most bytes that wait.
    public init(descriptor: Int32 = 2, capacity: Int = 4 << 20) {
        self.descriptor = descriptor
        self.capacity = capacity
        wakeup = .allocate(capacity: 1)
        sem_init(wakeup, 0, 0)
        start()
    }

    deinit {
        sem_destroy(wakeup)
        wakeup.deallocate()
    }

    /// Queues one line, which must end in a line feed.
    public func write(_ line: [UInt8]) {
        let wake = pending.withLock { pending in
            guard pending.bytes.count + line.count <= capacity else {
                pending.dropped += 1
                return false
            }
            pending.bytes.append(contentsOf: line)
            let wake = pending.idle
            pending.idle = false
            return wake
        }
        if wake { sem_post(wakeup) }
    }

    /// Writes out what waits, for at most `milliseconds`.
    ///
    /// Call it before the process ends. It blocks: not for use in a task.
    public func flush(milliseconds: Int64 = 2000) {
        let deadline = UTCTimestamp.now() + milliseconds
        while UTCTimestamp.now() < deadline {
            let drained = output.withLockIfAvailable { _ in drain(until: deadline) }
            if drained == true { return }
            usleep(2000)
        }
    }

    /// Lets the thread end once nothing waits.
    public func stop() {
        pending.withLock { $0.stopping = true }
        sem_post(wakeup)
    }

    private func start() {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self)
        let failure = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<LogWriter>.fromOpaque(context).takeRetainedValue().loop()
                return nil
            }, context.toOpaque())
        precondition(failure == 0, "cannot start the thread that writes the log: error \(failure)")
        pthread_detach(thread)
    }

    private func loop() {
        while true {
            _ = output.withLock { _ in drain(until: .max) }
            let ended = pending.withLock { pending in
                guard pending.bytes.isEmpty, pending.dropped == 0 else { return false }
                pending.idle = true
                return pending.stopping
            }
            if ended { return }
            if pending.withLock({ $0.idle }) {
                while sem_wait(wakeup) != 0, errno == EINTR {}
            }
        }
    }

    /// Takes the buffer and writes it; answers whether nothing is left.
    private func drain(until deadline: Int64) -> Bool {
        let (bytes, dropped) = pending.withLock { pending in
            let taken = (pending.bytes, pending.dropped)
            pending.bytes = []
            pending.dropped = 0
            return taken
        }
        var written = put(bytes, until: deadline)
        if dropped > 0 {
            var notice = JSONText()
            notice.raw("{\"time\":\"")
            notice.raw(UTCTimestamp.bytes(UTCTimestamp.now()))
            notice.raw("\",\"level\":\"warning\",\"message\":\"log records were dropped: the reader is too slow\"")
            notice.raw(",\"count\":\(dropped)}\n".utf8)
            written = put(notice.bytes, until: deadline) && written
        }
        return written
    }

    private func put(_ bytes: [UInt8], until deadline: Int64) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var offset = 0
            while offset < buffer.count {
                var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                guard poll(&ready, 1, 100) > 0 else {
                    if UTCTimestamp.now() >= deadline { return false }
                    continue
                }
                let rest = UnsafeRawBufferPointer(rebasing: buffer[offset...].prefix(Self.chunk))
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count > 0 {
                    offset += count
                } else if errno != EINTR && errno != EAGAIN {
                    // The reader is gone: nobody is left to be told.
                    return true
                }
            }
            return true
        }
    }
}
