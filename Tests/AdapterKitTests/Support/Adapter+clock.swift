import CanonicalModel
import SyncStore

@testable import AdapterKit

extension Adapter {
    /// The time of this machine, which is the database's in tests.
    static let clock: @Sendable () -> Instant = { DatabaseClock.systemTime }
}
