public import CanonicalModel
internal import Synchronization

/// What a process knows of its loops: when each came to its end last, and why not since.
///
/// Loops note it in memory, as often as they like; the process tells it with its heartbeat.
public final class LoopBoard: Sendable {
    /// A loop as its process knows it.
    public struct Entry: Sendable, Hashable {
        /// Its name; of all processes that run it or stand by for it, the same.
        public var name: String
        /// The connection that it serves.
        public var connection: ConnectionID?
        /// From one end to the next, as far as all goes well; another process' taking over included.
        public var pace: Duration
        /// When it came to its end last in this process.
        public var doneAt: ContinuousClock.Instant?
        /// Why it failed last, where it has not come to its end since.
        public var failure: String?
        fileprivate var isNew = true
    }

    private let entries = Mutex<[String: Entry]>([:])

    /// An empty board.
    public init() {}

    /// Makes a loop known.
    public func register(_ name: String, every pace: Duration, connection: ConnectionID? = nil) {
        entries.withLock { $0[name] = Entry(name: name, connection: connection, pace: pace) }
    }

    /// Makes a leased loop known: of a holder that has died the lease must end first.
    public func register(_ name: String, every pace: LeasedLoop.Pace, connection: ConnectionID? = nil) {
        register(name, every: pace.interval + pace.lease, connection: connection)
    }

    /// Notes that a loop came to its end.
    public func ran(_ name: String) {
        entries.withLock { entries in
            entries[name]?.doneAt = .now
            entries[name]?.failure = nil
            entries[name]?.isNew = true
        }
    }

    /// Notes that a loop has failed.
    public func failed(_ name: String, _ failure: String) {
        entries.withLock { entries in
            entries[name]?.failure = failure
            entries[name]?.isNew = true
        }
    }

    /// The names of all loops.
    public var names: [String] { entries.withLock { $0.keys.sorted() } }

    /// The loops of which something was noted since this was asked last.
    public func news() -> [Entry] {
        entries.withLock { entries in
            let news = entries.values.filter(\.isNew).sorted { $0.name < $1.name }
            for entry in news { entries[entry.name]?.isNew = false }
            return news
        }
    }

    /// Makes known again what could not be told.
    public func putBack(_ news: [Entry]) {
        entries.withLock { entries in for entry in news { entries[entry.name]?.isNew = true } }
    }
}
