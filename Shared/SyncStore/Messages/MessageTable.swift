public import CanonicalModel
internal import Postgres

/// The table that is outbox and inbox in one.
///
/// A row is pending, then published, then settled; or parked, while what it is about waits for a link. Rows are locked in
/// the order of their ids, so that two batches that overlap never wait for each other.
public enum MessageTable {
    /// Writes messages in the producer's transaction.
    ///
    /// - Parameter lease: for how long no other relay publishes them: as long as the producer's own may take.
    public static func insert(_ messages: [StoredMessage], lease: Duration) -> Statement<Void> {
        Statement(
            """
            insert into message (id, lease_until, generation, queue, exchange, routing_key, body)
            select id, \(SQL.after(lease)), generation, queue, exchange, routing_key, body
            from unnest(
                \(messages.map(\.id)), \(messages.map { Int32(clamping: $0.generation) }), \(messages.map(\.queue)),
                \(messages.map(\.exchange)), \(messages.map(\.routingKey)), \(messages.map(\.body))
            ) as given(id, generation, queue, exchange, routing_key, body)
            """)
    }

    /// Settles deliveries in the consumer's transaction.
    ///
    /// - Returns: the ids that this call has settled. Each other one was settled before, waits parked, is of an older
    ///   generation, or has no row: it must have no effect.
    public static func settle(_ keys: [MessageKey]) -> Statement<Set<CanonicalID>> {
        Statement(move(keys, to: "2"), read: ids)
    }

    /// Settles deliveries in the consumer's transaction, or demands that each of them was open (`messageSettled`).
    public static func settleAll(_ keys: [MessageKey]) -> Statement<Void> {
        Statement(
            """
            with settled as (\(move(keys, to: "2")))
            select demand(count(*) = \(Set(keys).count), 'message_settled') from settled
            """)
    }

    /// Parks deliveries in the consumer's transaction, instead of settling them.
    ///
    /// - Returns: the ids that this call has parked.
    public static func park(_ keys: [MessageKey]) -> Statement<Set<CanonicalID>> {
        Statement(move(keys, to: "3"), read: ids)
    }

    /// Parks messages that the same transaction has settled: a batch is settled first and judged after.
    public static func parkSettled(_ keys: [MessageKey]) -> Statement<Void> {
        let keys = keys.sorted()
        return Statement(
            """
            update message as m set status = 3
            from unnest(\(keys.map(\.id)), \(keys.map { Int32(clamping: $0.generation) })) as given(id, generation)
            where m.id = given.id and m.generation = given.generation and m.status = 2
            """)
    }

    /// Takes in messages that were not written by us, in the consumer's transaction, as settled.
    ///
    /// - Returns: the ids that were new; another one was taken in before.
    public static func accept(_ messages: [StoredMessage]) -> Statement<Set<CanonicalID>> {
        let messages = messages.sorted { $0.id < $1.id }
        return Statement(
            """
            insert into message (id, lease_until, generation, status, queue, exchange, routing_key, body)
            select id, clock_timestamp(), generation, 2, queue, exchange, routing_key, body
            from unnest(
                \(messages.map(\.id)), \(messages.map { Int32(clamping: $0.generation) }),
                \(messages.map(\.queue.storable)), \(messages.map(\.exchange.storable)),
                \(messages.map(\.routingKey.storable)), \(messages.map(\.body))
            ) as given(id, generation, queue, exchange, routing_key, body)
            on conflict (id) do nothing
            returning id
            """, read: ids)
    }

    /// Opens messages again for their consumer, as the next generation: for a replay, or when a wait is over.
    ///
    /// A row that left with its partition is written anew. The messages are due at once for any relay.
    ///
    /// - Returns: the generation that each message has now.
    public static func reopen(_ messages: [StoredMessage]) -> Statement<[CanonicalID: Int]> {
        let messages = messages.sorted { $0.id < $1.id }
        return Statement(
            """
            insert into message as m (id, lease_until, generation, queue, exchange, routing_key, body)
            select id, clock_timestamp(), generation + 1, queue, exchange, routing_key, body
            from unnest(
                \(messages.map(\.id)), \(messages.map { Int32(clamping: $0.generation) }), \(messages.map(\.queue)),
                \(messages.map(\.exchange)), \(messages.map(\.routingKey)), \(messages.map(\.body))
            ) as given(id, generation, queue, exchange, routing_key, body)
            on conflict (id) do update
                set status = 0, generation = m.generation + 1, publications = 0, lease_until = clock_timestamp()
            returning id, generation
            """
        ) { result in
            try Dictionary(uniqueKeysWithValues: result.map { try ($0[0, as: CanonicalID.self], $0[1, as: Int.self]) })
        }
    }

    /// Opens messages again for a replay of their dead letters, as the next generation, with the letters' bodies.
    ///
    /// They go to their own queue alone, by the exchange that every broker has for that, and bear the letter's id as a
    /// header. One that is not settled is left alone: it is under way by itself.
    public static func replay(_ messages: [(message: StoredMessage, letter: CanonicalID)]) -> Statement<Void> {
        var given: [CanonicalID: (message: StoredMessage, letter: CanonicalID)] = [:]
        for one in messages { given[one.message.id] = one }
        let rows = given.sorted { $0.key < $1.key }.map(\.value)
        return Statement(
            """
            insert into message as m (id, lease_until, generation, queue, exchange, routing_key, body, replay_of)
            select id, clock_timestamp(), generation + 1, queue, '', queue, body, letter
            from unnest(
                \(rows.map(\.message.id)), \(rows.map { Int32(clamping: $0.message.generation) }),
                \(rows.map(\.message.queue.storable)), \(rows.map(\.message.body)), \(rows.map(\.letter))
            ) as given(id, generation, queue, body, letter)
            on conflict (id) do update
                set status = 0, generation = m.generation + 1, publications = 0, lease_until = clock_timestamp(),
                    exchange = '', routing_key = excluded.routing_key, body = excluded.body,
                    replay_of = excluded.replay_of
                where m.status = 2
            """)
    }

    /// Ends the wait of parked messages: they are pending again, as the next generation, due at once for any relay.
    ///
    /// - Returns: the ids that waited.
    public static func unpark(_ ids: [CanonicalID]) -> Statement<Set<CanonicalID>> {
        Statement(
            """
            with locked as materialized (
                select id from message where id = any(\(ids.sorted())) and status = 3 order by id for no key update
            )
            update message as m
            set status = 0, generation = m.generation + 1, publications = 0, lease_until = clock_timestamp()
            from locked where m.id = locked.id
            returning m.id
            """, read: Self.ids)
    }

    /// How many messages of a queue are not settled, and when the oldest of them was made.
    public static func waiting(queue: String) -> Statement<(count: Int, oldest: Instant?)> {
        Statement(
            """
            select count(*), time_of((array_agg(id order by id))[1]) from message where queue = \(queue) and status < 2
            """
        ) { result in
            guard let row = result.first else { return (0, nil) }
            return (try row[0, as: Int.self], try row[1, as: Instant?.self])
        }
    }

    private static func move(_ keys: [MessageKey], to status: String) -> SQL {
        let keys = keys.sorted()
        return """
            with locked as materialized (
                select m.id
                from unnest(\(keys.map(\.id)), \(keys.map { Int32(clamping: $0.generation) })) as given(id, generation)
                join message m on m.id = given.id
                where m.generation = given.generation and m.status < 2
                order by m.id
                for no key update of m
            )
            update message as m set status = \(raw: status) from locked where m.id = locked.id returning m.id
            """
    }

    static func ids(_ result: PostgresResult) throws -> Set<CanonicalID> {
        Set(try result.map { try $0[0, as: CanonicalID.self] })
    }
}
