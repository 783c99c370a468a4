internal import CanonicalModel
internal import Synchronization

/// Until when lanes are held, as far as their holder can know by its own clock.
///
/// The store's word counts where something is written there; this is for what nobody else can stop: a request to a vendor.
final class LaneTerm: Sendable {
    private let end: Mutex<Instant>

    init(until end: Instant) {
        self.end = Mutex(end)
    }

    func isOver(at now: Instant) -> Bool { end.withLock { $0 <= now } }

    func prolong(until end: Instant) {
        self.end.withLock { $0 = max($0, end) }
    }

    /// The lanes are somebody else's, or nobody's.
    func cutShort() {
        end.withLock { $0 = Instant(microseconds: .min) }
    }
}
