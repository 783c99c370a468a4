public import CanonicalModel
internal import Postgres

/// Names what a notification wakes; it is a hint only, and whoever waits also looks by the clock.
public enum WakeUp: Sendable, Hashable {
    /// Objects of a connection are to be read.
    case dirty(ConnectionID)
    /// Work of a connection is ready.
    case work(ConnectionID)
    /// Messages are due for any relay.
    case relay
    /// Another policy is active.
    case policy

    /// The channel to listen on.
    public var channel: String {
        switch self {
        case .dirty(let connection): "plumbline_dirty_\(connection)"
        case .work(let connection): "plumbline_work_\(connection)"
        case .relay: "plumbline_relay"
        case .policy: "plumbline_policy"
        }
    }

    /// Wakes whoever listens, once the transaction is committed.
    public var notify: Statement<Void> {
        Statement("select pg_notify(\(channel), '')")
    }
}
