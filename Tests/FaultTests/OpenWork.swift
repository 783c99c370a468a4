import Postgres
import SystemSupport

/// Looks for work in flight in our own tables.
enum OpenWork {
    /// Whose work is looked at.
    enum Scope: Sendable {
        /// What a connection's adapter has to read, to take over and to send.
        case connection(String)
        /// What the router has to decide.
        case router
        /// What the broker carries, or will.
        case broker
        /// All of it.
        case everything
    }

    /// Names each piece of work that is not settled; a piece that comes up again in another version has another name.
    static func pieces(_ scope: Scope, in system: RunningSystem) async throws -> [String] {
        try await system.pool.query(query(scope, prefix: system.servers.prefix)).map { try $0[0, as: String.self] }
    }

    private static func query(_ scope: Scope, prefix: String) -> SQL {
        switch scope {
        case .connection(let name):
            """
            select concat('message ', id, ' ', generation) from message
            where status < 2 and queue = \(prefix + "commands." + name)
            union all \(ofAdapters) where connection = \(name)
            """
        case .router:
            "select concat(id, ' ', generation) from message where status < 2 and queue = \(prefix + "router.events")"
        case .broker:
            "select concat(id, ' ', generation) from message where status < 2"
        case .everything:
            """
            select concat('message ', id, ' ', generation) from message where status < 2
            union all \(ofAdapters)
            """
        }
    }

    private static var ofAdapters: SQL {
        """
        select piece from (
            select connection, concat('read ', native_type, ' ', native_id, ' ', marks) as piece from dirty
            union all
            select connection, concat('work ', record, ' ', entity, ' ', version) from work where state = 'ready'
            union all
            select connection, concat('intent ', id) from intent where state in ('open', 'unknown')
        ) as pieces
        """
    }
}
