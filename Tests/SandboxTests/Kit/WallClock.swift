import Synchronization

/// A wall clock that a test moves.
final class WallClock: Sendable {
    private let time = Mutex<UInt64>(0)

    var nanoseconds: UInt64 { time.withLock { $0 } }

    func advance(seconds: UInt64) {
        time.withLock { $0 += seconds * 1_000_000_000 }
    }
}
