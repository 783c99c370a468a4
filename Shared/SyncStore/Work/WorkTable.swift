public import CanonicalModel
internal import Postgres
internal import SyncCore

/// What the connections' systems shall show: the newest desired state of each record.
public enum WorkTable {
    /// Takes commands in, in the transaction that settles their messages: a newer one takes the place of an older.
    ///
    /// Where the change was made is what the command says; of one of version 1, what the event tells that was its cause.
    ///
    /// Work that was done, dead or waiting is ready again. What waits out a delay that the vendor asked for goes on
    /// waiting. What effects covered commands bring, `carryEffects` keeps.
    ///
    /// - Returns: the commands that count now. Each other one is covered by a newer state.
    public static func accept(_ commands: [ReceivedCommand]) -> Statement<Set<CanonicalID>> {
        var newest: [Place: ReceivedCommand] = [:]
        for received in commands {
            if let other = newest[received.place], !other.isOlder(than: received) { continue }
            newest[received.place] = received
        }
        let chosen = newest.sorted { $0.key < $1.key }.map(\.value)
        return Statement(
            """
            insert into work as w
                (connection, record, entity, version, priority, due_at, changed_at, origin, command, correlation, effect,
                body)
            select connection, record, entity, version, priority, clock_timestamp(), changed_at,
                coalesce(given.origin, \(EnvelopeSQL.source(EnvelopeSQL.head("cause.body")))), command, correlation, effect, given.body
            from unnest(
                \(chosen.map(\.command.connection)), \(chosen.map(\.command.record)), \(chosen.map(\.command.entity)),
                \(chosen.map(\.command.version)), \(chosen.map { Int16($0.command.priority.rawValue) }),
                \(chosen.map(\.command.changedAt)), \(chosen.map(\.command.origin)),
                \(chosen.map(\.command.context.causation)),
                \(chosen.map(\.command.id)), \(chosen.map(\.command.context.correlation)),
                \(chosen.map(\.command.effect)), \(chosen.map(\.body))
            ) as given(
                connection, record, entity, version, priority, changed_at, origin, causation, command, correlation, effect,
                body)
            left join message cause on cause.id = given.causation
            order by connection, record, entity
            on conflict (connection, record, entity) do update set
                version = excluded.version, origin = excluded.origin, command = excluded.command,
                correlation = excluded.correlation,
                effect = coalesce(excluded.effect, w.effect), body = excluded.body,
                priority = case w.state when 'done' then excluded.priority
                    else least(w.priority, excluded.priority) end,
                changed_at = case w.state when 'done' then excluded.changed_at
                    else least(w.changed_at, excluded.changed_at) end,
                due_at = case when w.state = 'ready' and w.failure_class in
                    ('transient', 'rate_limited', 'authentication', 'unknown_outcome')
                    then w.due_at else excluded.due_at end,
                failure_class = case w.state when 'ready' then w.failure_class end,
                failure_code = case w.state when 'ready' then w.failure_code end,
                failure = case w.state when 'ready' then w.failure end,
                state = 'ready', attempts = 0, held = '{}', updated_at = clock_timestamp()
                where (w.version, w.command) < (excluded.version, excluded.command)
            returning command
            """, read: MessageTable.ids)
    }

    /// Claims ready and due work of a connection, each piece with its lane.
    ///
    /// Nothing is claimed while the connection is paused or its circuit is open; after that, one piece probes. Urgent
    /// work goes first, but each class gets its minimum share where it has work. Pieces of one lane come one by one.
    ///
    /// The statement leaves the planner no choice but to walk the index of what is ready, in order, and to look up links
    /// and lanes one by one (`offset 0` keeps it from a join): how long the backlog is changes from minute to minute,
    /// and statistics do not follow.
    ///
    /// - Parameters:
    ///   - lowest: the least urgent class that is claimed.
    ///   - shares: how many pieces of each class are taken before any class gets more.
    ///   - ceiling: the connector's bound from send to the vendor's last possible commit.
    public static func claim(
        of connection: ConnectionID, holder: String, limit: Int, downTo lowest: SyncCommand.Priority = .background,
        shares: [SyncCommand.Priority: Int], lease: Duration, ceiling: Duration
    ) -> Statement<[ClaimedWork]> {
        let shares = SyncCommand.Priority.allCases.map { Int32(clamping: shares[$0] ?? 0) }
        return Statement(
            """
            with \(Circuits.gate(connection, .writing)), candidate as materialized (
                select work.*
                from generate_series(0, \(Int32(lowest.rawValue))) as class(priority), lateral (
                    select w.record, w.entity, w.version, w.command, w.generation, w.attempts, w.held, w.changed_at,
                        w.body, w.effect, w.priority, w.due_at, l.native_type, l.native_id,
                        coalesce(l.native_type || '/' || l.native_id, 'record/' || w.record) as key
                    from work w
                    left join lateral (
                        select native_type, native_id from link
                        where record = w.record and connection = w.connection and entity = w.entity
                            and state = 'active'
                        offset 0
                    ) as l on true
                    where w.connection = \(connection) and w.state = 'ready' and w.priority = class.priority
                        and w.due_at <= statement_timestamp() and exists (select from gate)
                        and not exists (
                            select from lane where lane.connection = w.connection
                                and lane.key = coalesce(l.native_type || '/' || l.native_id, 'record/' || w.record)
                                and lane.until + \(SQL.interval(ceiling)) >= clock_timestamp())
                    order by w.due_at
                    limit \(limit)
                    for no key update of w skip locked
                ) as work
            ), ranked as (
                select *, row_number() over (partition by priority order by due_at) as place
                from (select distinct on (key) * from candidate order by key, priority, due_at) as one
            ), chosen as materialized (
                select * from ranked
                order by place > (\(shares)::integer[])[priority + 1], priority, due_at
                limit (select case when is_probing then 1 else \(limit) end from gate)
            ), \(Circuits.admission(connection, .writing, for: ceiling)), held as (
                insert into lane as l (connection, key, holder, until)
                select \(connection), key, \(holder), \(SQL.after(lease)) from admitted order by key
                \(Lanes.takeOver(ceiling: ceiling))
                returning l.key, l.epoch
            )
            select c.record, c.entity, c.version, c.command, c.generation, c.attempts, c.held, c.changed_at, c.body,
                c.native_type, c.native_id, c.key, held.epoch, c.effect, (select is_probing from gate), c.priority
            from admitted c join held using (key)
            order by c.priority, c.due_at
            """
        ) { result in
            try result.map { try ClaimedWork($0, connection: connection) }
        }
    }

    /// Locks work in the order in which commands are written, before the lanes of its outcome are locked.
    ///
    /// Whoever claims holds the row and waits for the lane, so nobody may hold the lane and wait for the row.
    public static func lock(_ places: some Collection<Place>) -> Statement<Void> {
        Statement(
            """
            select from unnest(\(places.map(\.connection)), \(places.map(\.record)), \(places.map(\.entity)))
                as given(connection, record, entity)
            join work w using (connection, record, entity)
            order by w.connection, w.record, w.entity
            for no key update of w
            """)
    }

    /// Writes what became of claimed work, in the transaction of its outcome.
    ///
    /// - Returns: the places whose row was changed. The others have a newer state or were opened again, and stay ready.
    public static func settle(_ results: [WorkResult]) -> Statement<Set<Place>> {
        let results = results.sorted { $0.version.place < $1.version.place }
        let versions = results.map(\.version)
        return Statement(
            """
            update work as w set
                state = given.state, updated_at = clock_timestamp(),
                due_at = coalesce(clock_timestamp() + given.delay * interval '1 microsecond', w.due_at),
                attempts = coalesce(w.attempts + given.attempts, 0),
                held = coalesce(string_to_array(given.held, ','), w.held),
                failure_class = case when given.keeps then w.failure_class else given.failure_class end,
                failure_code = case when given.keeps then w.failure_code else given.failure_code end,
                failure = case when given.keeps then w.failure else given.failure end
            from unnest(
                \(versions.map(\.place.connection)), \(versions.map(\.place.record)), \(versions.map(\.place.entity)),
                \(versions.map(\.version)), \(versions.map(\.command)),
                \(versions.map { Int32(clamping: $0.generation) }), \(results.map(\.state)), \(results.map(\.delay)),
                \(results.map { $0.attempts.map { Int32(clamping: $0) } }),
                \(results.map { $0.held.map { $0.sorted().map(\.name).joined(separator: ",") } }),
                \(results.map(\.keepsFailure)), \(results.map(\.failure?.failureClass)),
                \(results.map(\.failure?.code)), \(results.map(\.failure?.text))
            ) as given(
                connection, record, entity, version, command, generation, state, delay, attempts, held, keeps,
                failure_class, failure_code, failure)
            where w.connection = given.connection and w.record = given.record and w.entity = given.entity
                and w.version = given.version and w.command = given.command and w.generation = given.generation
            returning w.record, w.connection, w.entity
            """, read: Place.set)
    }

    /// Opens work again for a replay: ready, as the next generation.
    ///
    /// - Returns: the places that have work.
    public static func reopen(_ places: [Place]) -> Statement<Set<Place>> {
        let places = places.sorted()
        return Statement(
            """
            update work as w set state = 'ready', generation = w.generation + 1, attempts = 0, held = '{}',
                failure_class = null, failure_code = null, failure = null, due_at = clock_timestamp(),
                updated_at = clock_timestamp()
            from unnest(\(places.map(\.record)), \(places.map(\.connection)), \(places.map(\.entity)))
                as given(record, connection, entity)
            where w.connection = given.connection and w.record = given.record and w.entity = given.entity
            returning w.record, w.connection, w.entity
            """, read: Place.set)
    }

    /// Makes work due that waits for a time, since what it waited for has come.
    public static func hasten(_ places: [Place]) -> Statement<Void> {
        let places = places.sorted()
        return Statement(
            """
            update work as w set due_at = clock_timestamp()
            from unnest(\(places.map(\.record)), \(places.map(\.connection)), \(places.map(\.entity)))
                as given(record, connection, entity)
            where w.connection = given.connection and w.record = given.record and w.entity = given.entity
                and w.state = 'ready' and w.due_at > clock_timestamp()
            """)
    }
}

extension ReceivedCommand {
    /// Whether another command for the same record covers this one.
    fileprivate func isOlder(than other: ReceivedCommand) -> Bool {
        (command.version, command.id) < (other.command.version, other.command.id)
    }
}

extension ClaimedWork {
    fileprivate init(_ row: PostgresRow, connection: ConnectionID) throws {
        let type = try row[9, as: String?.self]
        let id = try row[10, as: String?.self]
        self.init(
            version: Version(
                place: Place(
                    record: try row[0, as: CanonicalID.self], connection: connection,
                    entity: try row[1, as: EntityKind.self]),
                version: try row[2, as: Int64.self], command: try row[3, as: CanonicalID.self],
                generation: try row[4, as: Int.self]),
            priority: try .init(rawValue: row[15, as: Int.self]) ?? .normal, attempts: try row[5, as: Int.self],
            held: Set(try row[6, as: [FieldName].self]),
            changedAt: try row[7, as: Instant.self], body: try row[8, as: [UInt8].self],
            effect: try row[13, as: CanonicalID?.self], native: nil,
            lane: Lane(
                key: LaneKey(connection: connection, key: try row[11, as: String.self]),
                epoch: try row[12, as: Int64.self]),
            isProbe: try row[14, as: Bool.self])
        if let type, let id { native = NativeReference(type: type, id: id) }
    }
}

extension Place {
    /// Reads rows of record, connection and entity.
    static func set(_ result: PostgresResult) throws -> Set<Place> {
        Set(
            try result.map { row in
                Place(
                    record: try row[0, as: CanonicalID.self], connection: try row[1, as: ConnectionID.self],
                    entity: try row[2, as: EntityKind.self])
            })
    }
}
