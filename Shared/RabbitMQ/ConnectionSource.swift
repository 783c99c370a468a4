internal import Glibc
internal import SocketThread

/// Waits for a connection's socket and for its next timer, whichever comes first.
final class ConnectionSource: SocketSource {
    /// The socket; negative while there is no connection.
    var descriptor: Int32 = -1
    /// Whether output waits for room in the socket.
    var wantsWrite = false
    /// When to pump at the latest; nil for no limit.
    var nextPump: ContinuousClock.Instant?

    private let onPump: () -> Void

    init(onPump: @escaping () -> Void) {
        self.onPump = onPump
    }

    func wait(wakeup: Int32) {
        let events = Int16(POLLIN) | (wantsWrite ? Int16(POLLOUT) : 0)
        var descriptors = (
            pollfd(fd: wakeup, events: Int16(POLLIN), revents: 0), pollfd(fd: descriptor, events: events, revents: 0)
        )
        _ = withUnsafeMutableBytes(of: &descriptors) { buffer in
            // poll(2) passes over a negative descriptor.
            poll(buffer.baseAddress?.assumingMemoryBound(to: pollfd.self), 2, timeout)
        }
    }

    func pump() {
        onPump()
    }

    /// Milliseconds until the next pump, rounded up, since waking too early would only spin.
    private var timeout: Int32 {
        guard let nextPump else { return -1 }
        let (seconds, attoseconds) = max(.zero, nextPump - .now).components
        return Int32(clamping: seconds * 1000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
    }
}
