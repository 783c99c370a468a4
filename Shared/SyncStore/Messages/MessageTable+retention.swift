public import CanonicalModel
internal import Postgres

/// How rows leave, and what is done to those that wait.
extension MessageTable {
    /// Removes messages that have been settled for a long time, oldest first, passing over those that are locked.
    ///
    /// What is pending, published or parked stays, however old it is. A replay writes a row that is gone anew; a copy of
    /// a removed message that the broker still had would be taken for a stranger's, so keep rows much longer than the
    /// broker keeps messages.
    ///
    /// - Parameters:
    ///   - age: since the row was last opened, published or taken in.
    ///   - place: only ids behind this one.
    ///   - limit: the most that the statement removes.
    public static func removeSettled(
        olderThan age: Duration, behind place: CanonicalID, limit: Int
    ) -> Statement<Removal> {
        remove("id < id_at(statement_timestamp() - \(SQL.interval(age)))", age, place, limit)
    }

    /// Removes messages of foreign publishers, as `removeSettled` removes our own.
    ///
    /// Their ids are stamped with no time, and lie mostly beyond today's.
    public static func removeSettledForeign(
        olderThan age: Duration, behind place: CanonicalID, limit: Int
    ) -> Statement<Removal> {
        remove("id > id_at(statement_timestamp() + interval '1 day')", age, place, limit)
    }

    private static func remove(
        _ range: SQL, _ age: Duration, _ place: CanonicalID, _ limit: Int
    ) -> Statement<Removal> {
        Removal.statement(
            from: "message",
            where: """
                select id from message
                where id > \(place) and \(range) and status = 2
                    and lease_until < clock_timestamp() - \(SQL.interval(age))
                order by id limit \(limit)
                for update skip locked
                """)
    }

    /// The messages of some ids, whatever their status.
    public static func find(_ ids: some Collection<CanonicalID>) -> Statement<[CanonicalID: StoredMessage]> {
        Statement(
            """
            select id, generation, queue, exchange, routing_key, body from message where id = any(\(ids.sorted()))
            """
        ) { result in
            try result.reduce(into: [:]) { messages, row in
                let message = StoredMessage(
                    id: try row[0, as: CanonicalID.self], queue: try row[2, as: String.self],
                    exchange: try row[3, as: String.self], routingKey: try row[4, as: String.self],
                    body: try row[5, as: [UInt8].self], generation: try row[1, as: Int.self])
                messages[message.id] = message
            }
        }
    }

    /// Settles messages that wait parked, in the transaction of the dead letters that take their place.
    ///
    /// - Returns: the ids that waited.
    public static func settleParked(_ ids: some Collection<CanonicalID>) -> Statement<Set<CanonicalID>> {
        Statement(
            """
            with locked as materialized (
                select id from message where id = any(\(ids.sorted())) and status = 3 order by id for no key update
            )
            update message as m set status = 2 from locked where m.id = locked.id returning m.id
            """, read: Self.ids)
    }
}
