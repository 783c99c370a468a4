/// The names of Plumbline's own exchanges and queues.
///
/// Production uses no prefix; a test leases one, so that many can share a broker.
public struct BrokerNames: Sendable, Hashable {
    /// What every name begins with; empty in production.
    public let prefix: String

    /// Names with a prefix.
    public init(prefix: String = "") {
        self.prefix = prefix
    }

    /// The exchange of canonical events; key `<role>.<entity>.<change>`.
    public var events: String { prefix + "sync.events" }
    /// The exchange of commands to connections; key `<connection>.<entity>.<verb>`.
    public var commands: String { prefix + "sync.commands" }
    /// The exchange of dead letters; key is the name of the queue that rejected.
    public var dead: String { prefix + "sync.dead" }
    /// The router's queue.
    public var routerEvents: String { prefix + "router.events" }

    /// The queue of one connection's commands.
    public func commandQueue(of connection: String) -> String { prefix + "commands." + connection }

    /// The queue that holds what `queue` rejected.
    public func deadLetterQueue(of queue: String) -> String { queue + ".dead" }
}
