internal import CEventFD
internal import Glibc

/// Wakes a thread that waits in `poll(2)`.
///
/// Safe from any thread. Signals do not add up: a waiter learns that there was at least one.
public final class WakeupEvent: Sendable {
    /// The descriptor to poll for input.
    public let descriptor: Int32

    /// Opens the event.
    public init() {
        descriptor = shim_eventfd()
        precondition(descriptor >= 0, "no file descriptor left for a wake-up event")
    }

    deinit {
        close(descriptor)
    }

    /// Makes the descriptor readable.
    public func signal() {
        var one: UInt64 = 1
        _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
    }

    /// Makes the descriptor wait for the next signal.
    public func clear() {
        var count: UInt64 = 0
        _ = read(descriptor, &count, MemoryLayout<UInt64>.size)
    }
}
