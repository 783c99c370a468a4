public import CanonicalModel
import SyncStore

/// A message's row, for one destination queue.
public struct MemoryMessage: Sendable {
    /// Where it goes.
    public enum Queue: Hashable, Sendable {
        /// The router's events.
        case events
        /// The commands of a connection.
        case commands(ConnectionID)
    }

    /// What it says.
    public enum Content: Sendable {
        /// A change.
        case event(CanonicalEvent)
        /// What the router wants.
        case command(SyncCommand)
    }

    enum Status { case pending, published, settled, parked }

    /// Its id.
    public let id: CanonicalID
    /// Which time it was opened.
    public internal(set) var generation = 1
    /// Where it goes.
    public let queue: Queue
    /// What it says.
    public let content: Content
    var status = Status.pending
    var publications = 0
    var leaseUntil: Instant

    init(_ event: CanonicalEvent, leaseUntil: Instant) {
        id = event.id
        queue = .events
        content = .event(event)
        self.leaseUntil = leaseUntil
    }

    init(_ command: SyncCommand, leaseUntil: Instant) {
        id = command.id
        queue = .commands(command.connection)
        content = .command(command)
        self.leaseUntil = leaseUntil
    }

    var key: MessageKey { MessageKey(id, generation: generation) }
    var isOpen: Bool { status == .pending || status == .published }
}
