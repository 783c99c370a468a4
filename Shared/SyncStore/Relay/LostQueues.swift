internal import Synchronization

/// The queues that the broker has lost and whose messages a relay has yet to publish again.
///
/// It is made before the relay and before the connections to the broker, since they tell it what they find when they are
/// made; one relay takes from it, again and again until the database has answered.
public final class LostQueues: Sendable {
    let looking = RelaySignal()
    private let names = Mutex<Set<String>>([])

    /// Knows of no lost queue.
    public init() {}

    /// Takes note that a queue had to be made anew; the relay looks at once.
    public func note(_ name: String) {
        names.withLock { _ = $0.insert(name) }
        looking.fire()
    }

    /// Puts back what could not be done; the next look tries again.
    func putBack(_ name: String) {
        names.withLock { _ = $0.insert(name) }
    }

    /// Returns a queue and forgets it; nil when there is none.
    func take() -> String? {
        names.withLock { $0.popFirst() }
    }
}
