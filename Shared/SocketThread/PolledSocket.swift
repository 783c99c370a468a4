internal import Glibc

/// Waits for one file descriptor by `poll(2)`, and pumps at least at every tick.
public final class PolledSocket: SocketSource {
    private let descriptor: Int32
    private let tickMilliseconds: Int32
    private let onReady: () -> Void

    /// Whether to wait until the descriptor can be written, too; for a library that has output left to flush.
    public var wantsWrite = false

    /// Watches `descriptor` for input.
    ///
    /// - Parameters:
    ///   - tickMilliseconds: the longest time between two pumps (heartbeats need one); negative for no limit.
    ///   - onReady: the pump; runs on the thread.
    public init(descriptor: Int32, tickMilliseconds: Int32, onReady: @escaping () -> Void) {
        self.descriptor = descriptor
        self.tickMilliseconds = tickMilliseconds
        self.onReady = onReady
    }

    /// Blocks in `poll(2)` until the socket, the wake-up or the tick.
    public func wait(wakeup: Int32) {
        let events = Int16(POLLIN) | (wantsWrite ? Int16(POLLOUT) : 0)
        var descriptors = [
            pollfd(fd: wakeup, events: Int16(POLLIN), revents: 0),
            pollfd(fd: descriptor, events: events, revents: 0),
        ]
        poll(&descriptors, 2, tickMilliseconds)
    }

    /// Runs the closure that was given.
    public func pump() {
        onReady()
    }
}
