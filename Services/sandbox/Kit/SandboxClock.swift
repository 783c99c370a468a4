import Foundation
import Synchronization

/// The time of all sandboxes of a process: the wall clock with an offset, or a time that stands still until pushed.
public final class SandboxClock: Sendable {
    private enum Mode {
        case running(offset: Int64)
        case frozen(at: SandboxInstant)
    }

    private struct State {
        var mode = Mode.running(offset: 0)
        var observers: [@Sendable () -> Void] = []
    }

    private let state = Mutex(State())
    private let wallClock: @Sendable () -> UInt64

    /// A clock that runs with the wall clock, which is given in nanoseconds since 1970.
    public init(wallClock: @escaping @Sendable () -> UInt64 = SandboxClock.systemNanoseconds) {
        self.wallClock = wallClock
    }

    /// The computer's own clock in nanoseconds since 1970.
    public static func systemNanoseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// The wall clock in nanoseconds, whatever the sandbox time is; it stamps commits for measurements.
    public var wallNanoseconds: UInt64 { wallClock() }

    /// The sandbox time.
    public func now() -> SandboxInstant {
        let wall = wallMilliseconds
        return state.withLock { Self.now($0.mode, wall: wall) }
    }

    /// Whether time stands still.
    public var isFrozen: Bool {
        state.withLock { if case .frozen = $0.mode { true } else { false } }
    }

    /// How far sandbox time is from the wall clock, in milliseconds.
    public var offset: Int64 { now().milliseconds - wallMilliseconds }

    /// Sets the time; it then stands still, or runs on from there.
    public func set(_ instant: SandboxInstant, frozen: Bool = false) {
        let wall = wallMilliseconds
        change { $0 = frozen ? .frozen(at: instant) : .running(offset: instant.milliseconds - wall) }
    }

    /// Moves the time forward (or back, when negative).
    public func advance(milliseconds: Int64) {
        change { mode in
            switch mode {
            case .running(let offset): mode = .running(offset: offset + milliseconds)
            case .frozen(let instant): mode = .frozen(at: instant.adding(milliseconds: milliseconds))
            }
        }
    }

    /// Lets the time run on from where it is.
    public func run() {
        let wall = wallMilliseconds
        change { $0 = .running(offset: Self.now($0, wall: wall).milliseconds - wall) }
    }

    /// Calls back after each change of the clock (not for the passing of time).
    public func onChange(_ observer: @escaping @Sendable () -> Void) {
        state.withLock { $0.observers.append(observer) }
    }

    private var wallMilliseconds: Int64 { Int64(wallClock() / 1_000_000) }

    private static func now(_ mode: Mode, wall: Int64) -> SandboxInstant {
        switch mode {
        case .running(let offset): SandboxInstant(milliseconds: wall + offset)
        case .frozen(let instant): instant
        }
    }

    private func change(_ body: (inout Mode) -> Void) {
        let observers = state.withLock {
            body(&$0.mode)
            return $0.observers
        }
        for observer in observers { observer() }
    }
}
