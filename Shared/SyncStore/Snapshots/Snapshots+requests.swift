public import CanonicalModel
internal import Postgres

/// How requests become commands.
extension Snapshots {
    /// A snapshot for which no command has been written.
    public struct Request: Sendable, Hashable {
        /// The run; the command's message and record have the same id, so that two who ask at once write one command.
        public var run: CanonicalID
        /// Whose objects.
        public var connection: ConnectionID
        /// Seen as what.
        public var entity: EntityKind
        /// When it was asked for.
        public var requestedAt: Instant
    }

    /// Requests whose command must be written, oldest first, locked to the end of the transaction.
    public static func unsent(limit: Int) -> Statement<[Request]> {
        Statement(
            """
            select r.id, r.connection, r.entity, r.requested_at from snapshot_run r
            where r.state = 'requested' and not exists (select from message m where m.id = r.id)
            order by r.id limit \(limit)
            for update of r skip locked
            """
        ) { result in
            try result.map { row in
                Request(
                    run: try row[0, as: CanonicalID.self], connection: try row[1, as: ConnectionID.self],
                    entity: try row[2, as: EntityKind.self], requestedAt: try row[3, as: Instant.self])
            }
        }
    }
}
