internal import CanonicalModel
internal import Postgres

/// What the relay asks of the table.
extension MessageTable {
    /// How a relay waits before it publishes a row again.
    struct Backoff: Sendable {
        /// The first wait for a message that the broker has not confirmed; it doubles each time.
        var pending: Duration
        /// The longest such wait.
        var pendingCeiling: Duration
        /// The first wait for a message that was confirmed and that nobody has settled; it doubles each time.
        var published: Duration
        /// The longest such wait.
        var publishedCeiling: Duration
    }

    /// Marks confirmed messages as published, unless their consumer was quicker.
    ///
    /// A row that is locked is left alone: its consumer is about to settle it.
    static func markPublished(_ keys: [MessageKey], _ backoff: Backoff) -> Statement<Int> {
        let keys = keys.sorted()
        return .counting(
            """
            with locked as materialized (
                select m.id
                from unnest(\(keys.map(\.id)), \(keys.map { Int32(clamping: $0.generation) })) as given(id, generation)
                join message m on m.id = given.id
                where m.generation = given.generation and m.status = 0
                order by m.id
                for no key update of m skip locked
            )
            update message as m
            set status = 1, lease_until = clock_timestamp() + \(backoff.wait(published: "m.publications"))
            from locked where m.id = locked.id
            """)
    }

    /// Where the page of `rows` rows behind `after` ends; nil when the table ends before.
    static func pageEnd(after: CanonicalID, rows: Int) -> Statement<CanonicalID?> {
        Statement("select id from message where id > \(after) order by id offset \(rows - 1) limit 1") { result in
            try result.first?[0, as: CanonicalID.self]
        }
    }

    /// The lowest id that can have been made so long ago.
    static func idBefore(_ age: Duration) -> Statement<CanonicalID> {
        Statement("select id_at(statement_timestamp() - \(SQL.interval(age)))") { try $0[0][0, as: CanonicalID.self] }
    }

    /// Leases due messages to the caller, in the order of ids, passing over those that are locked.
    ///
    /// - Parameters:
    ///   - after: only ids beyond this one.
    ///   - through: only ids up to this one; nil for no end.
    static func claim(
        after: CanonicalID, through: CanonicalID?, limit: Int, _ backoff: Backoff
    ) -> Statement<[StoredMessage]> {
        let end: SQL = through.map { "and id <= \($0)" } ?? ""
        return claim(where: "id > \(after) \(end)", limit: limit, backoff)
    }

    /// Leases messages of which it is known that they are due, passing over those that are locked.
    static func claim(_ ids: [CanonicalID], _ backoff: Backoff) -> Statement<[StoredMessage]> {
        claim(where: "id = any(\(ids.sorted()))", limit: ids.count, backoff)
    }

    private static func claim(where condition: SQL, limit: Int, _ backoff: Backoff) -> Statement<[StoredMessage]> {
        Statement(
            """
            with due as materialized (
                select id from message
                where \(condition) and status < 2 and lease_until < clock_timestamp()
                order by id limit \(limit)
                for no key update skip locked
            )
            update message as m
            set publications = m.publications + 1,
                lease_until = clock_timestamp() + case m.status
                    when 0 then \(backoff.wait(pending: "m.publications"))
                    else \(backoff.wait(published: "m.publications + 1")) end
            from due where m.id = due.id
            returning m.id, m.generation, m.queue, m.exchange, m.routing_key, m.body, m.replay_of
            """
        ) { result in
            try result.map { row in
                var message = StoredMessage(
                    id: try row[0, as: CanonicalID.self], queue: try row[2, as: String.self],
                    exchange: try row[3, as: String.self], routingKey: try row[4, as: String.self],
                    body: try row[5, as: [UInt8].self], generation: try row[1, as: Int.self])
                message.replayOf = try row[6, as: CanonicalID?.self]
                return message
            }.sorted { $0.key < $1.key }
        }
    }

    /// Makes all that was confirmed and not settled due at once, since the broker has lost the queue.
    ///
    /// - Returns: how many messages that are.
    static func queueWasLost(_ queue: String) -> Statement<Int> {
        .counting(
            """
            update message set lease_until = clock_timestamp(), publications = 0
            where queue = \(queue) and status = 1
            """)
    }
}

extension MessageTable.Backoff {
    fileprivate func wait(pending publications: String) -> SQL {
        """
        least(\(SQL.interval(pending)) * power(2, least(\(raw: publications), 16)), \(SQL.interval(pendingCeiling)))
        """
    }

    fileprivate func wait(published publications: String) -> SQL {
        """
        least(\(SQL.interval(published)) * power(2, least(\(raw: publications), 16)), \(SQL.interval(publishedCeiling)))
        """
    }
}
