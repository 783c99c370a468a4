public import CanonicalModel
internal import Postgres

/// Where each poll goes on.
public enum Checkpoints {
    /// The cursor of a stream; nil before its first poll.
    public static func find(_ stream: String, of connection: ConnectionID) -> Statement<String?> {
        Statement(
            "select cursor from checkpoint where connection = \(connection) and stream = \(stream)"
        ) { try $0.first?[0, as: String.self] }
    }

    /// Moves the cursor of a stream, in the transaction that keeps what was found before it.
    ///
    /// Demands that it still stands where the poll began (`checkpointMoved`).
    public static func move(
        _ stream: String, of connection: ConnectionID, from old: String?, to new: String
    ) -> Statement<Void> {
        guard let old else {
            return Statement(
                """
                with moved as (
                    insert into checkpoint (connection, stream, cursor) values (\(connection), \(stream), \(new))
                    on conflict do nothing returning 1
                )
                select demand(count(*) = 1, 'checkpoint_moved') from moved
                """)
        }
        return Statement(
            """
            with moved as (
                update checkpoint set cursor = \(new), moved_at = clock_timestamp()
                where connection = \(connection) and stream = \(stream) and cursor = \(old)
                returning 1
            )
            select demand(count(*) = 1, 'checkpoint_moved') from moved
            """)
    }

    /// When each stream of a connection was moved last.
    public static func ages(of connection: ConnectionID) -> Statement<[String: Instant]> {
        Statement("select stream, moved_at from checkpoint where connection = \(connection)") { result in
            try result.reduce(into: [:]) { ages, row in
                ages[try row[0, as: String.self]] = try row[1, as: Instant.self]
            }
        }
    }
}
