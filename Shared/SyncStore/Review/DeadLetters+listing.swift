public import CanonicalModel
internal import Postgres
public import SyncCore

/// What people see of dead letters.
extension DeadLetters {
    /// How a letter stands.
    public enum State: String, Sendable, CaseIterable, TextColumn {
        /// It waits for a person.
        case open
        /// It is being replayed, or waits for its turn in a replay.
        case replaying
        /// A replay of it ended well.
        case replayed
        /// Something newer did what it was about.
        case resolved
        /// A person has put it aside.
        case archived
    }

    /// A letter as its row holds it.
    public struct Row: Sendable {
        /// What it says; the payload is empty where it was not asked for.
        public var letter: Letter
        /// When it failed first; the letter has the last time.
        public var firstFailedAt: Instant
        /// How it stands.
        public var state: State
        /// The group that it is of; nil for a letter of an older build that `migrate` has not seen yet.
        public var group: String?
        /// The payload without protected values, as JSON; nil where it was not asked for, or as the group.
        public var redacted: String?
        /// The replay that it is or was in.
        public var replay: CanonicalID?
        /// How it ended: when, by whom, why.
        public var closing: (at: Instant, by: String?, reason: String?)?
    }

    /// Which letters are wanted; nil does not restrict.
    public struct Filter: Sendable {
        /// These ones.
        public var ids: [CanonicalID]?
        /// Of this group.
        public var group: String?
        /// Of this connection.
        public var connection: ConnectionID?
        /// Of this class.
        public var failureClass: FailureClass?
        /// Of this kind of record.
        public var entity: EntityKind?
        /// With these words in the failure, the fix, the code, an id, the headers or the payload, in any case.
        public var text: String?
        /// Whether the words may be in protected values, too; the role must have the right to payloads.
        public var searchesPayload = false
        /// That failed last at this time or later.
        public var since: Instant?
        /// That failed first before this time.
        public var until: Instant?
        /// That stand so; all of them where it is empty.
        public var states: [State] = [.open]

        /// Every open letter.
        public init() {}
    }

    /// Where a listing goes on: behind a letter.
    public struct Position: Sendable, Hashable {
        var failedAt: Instant
        var id: CanonicalID

        /// Behind a letter that was listed.
        public init(behind row: Row) {
            failedAt = row.letter.failedAt
            id = row.letter.id
        }
    }

    /// Letters, newest first, without their payloads.
    ///
    /// - Parameters:
    ///   - position: only those behind it, for the next page.
    ///   - redacted: whether with the payload as everybody may see it.
    public static func list(
        _ filter: Filter, after position: Position? = nil, limit: Int, redacted: Bool = false
    ) -> Statement<[Row]> {
        let start: SQL = position.map { "and (last_failed_at, id) < (\($0.failedAt), \($0.id))" } ?? ""
        let shown: SQL = redacted ? "redacted" : "null::text"
        return Statement(
            """
            select \(columns), ''::bytea, \(shown) from dead_letter where \(conditions(filter)) \(start)
            order by last_failed_at desc, id desc limit \(limit)
            """
        ) { try $0.map(row) }
    }

    /// Letters with their payloads, in the order of their ids: for work on many, page by page.
    ///
    /// - Parameter locking: whether nobody else may change them until the transaction ends.
    public static func page(
        _ filter: Filter, after id: CanonicalID?, limit: Int, locking: Bool = false
    ) -> Statement<[Row]> {
        let lock: SQL = locking ? "for no key update" : ""
        return page("\(conditions(filter)) and id > \(id ?? .lowest) order by id limit \(limit) \(lock)")
    }

    static func page(_ rest: SQL) -> Statement<[Row]> {
        Statement("select \(columns), payload, redacted from dead_letter where \(rest)") { try $0.map(row) }
    }

    /// One letter.
    ///
    /// - Parameter payload: whether with its payload, to which the role must have the right.
    public static func find(_ id: CanonicalID, payload: Bool) -> Statement<Row?> {
        let body: SQL = payload ? "payload" : "''::bytea"
        return Statement("select \(columns), \(body), redacted from dead_letter where id = \(id)") {
            try $0.first.map(row)
        }
    }

    /// How many letters there are of each state, class and connection.
    public struct Tally: Sendable, Hashable {
        /// How they stand.
        public var state: State
        /// Their class.
        public var failureClass: FailureClass
        /// Their connection.
        public var connection: ConnectionID?
        /// How many.
        public var count: Int
        /// When the oldest of them failed first.
        public var oldestAt: Instant
    }

    /// Counts letters.
    public static func count(_ filter: Filter) -> Statement<[Tally]> {
        Statement(
            """
            select state, failure_class, connection, count(*), min(first_failed_at) from dead_letter
            where \(conditions(filter))
            group by state, failure_class, connection order by state, count(*) desc, failure_class, connection
            """
        ) { result in
            try result.map { row in
                Tally(
                    state: try row[0, as: State.self], failureClass: try row[1, as: FailureClass.self],
                    connection: try row[2, as: ConnectionID?.self], count: try row[3, as: Int.self],
                    oldestAt: try row[4, as: Instant.self])
            }
        }
    }

    /// Letters of one cause.
    public struct Group: Sendable, Hashable {
        /// The group's key.
        public var key: String
        /// Their class.
        public var failureClass: FailureClass
        /// Their connection.
        public var connection: ConnectionID?
        /// Their kind of record.
        public var entity: EntityKind?
        /// Their code.
        public var code: String
        /// What went wrong, without the particulars of each.
        public var pattern: String
        /// What a person can do about it.
        public var fix: String
        /// How many letters there are.
        public var count: Int
        /// Of how many records.
        public var records: Int
        /// How often it was tried in all.
        public var attempts: Int
        /// When the first of them failed first.
        public var firstAt: Instant
        /// When the last of them failed last.
        public var lastAt: Instant
        /// One of them.
        public var example: CanonicalID
    }

    /// Letters by their cause, the largest group first.
    public static func groups(_ filter: Filter, limit: Int) -> Statement<[Group]> {
        Statement(
            """
            with tally as materialized (
                select cause, failure_class, connection, entity, code, count(*) as letters,
                    count(distinct record) as records, sum(attempts) as attempts,
                    min(first_failed_at) as first_at, max(last_failed_at) as last_at
                from dead_letter where \(conditions(filter)) and cause is not null
                group by cause, failure_class, connection, entity, code
                order by count(*) desc, cause limit \(limit)
            )
            select t.cause, t.failure_class, t.connection, t.entity, t.code, one.pattern, one.fix, t.letters, t.records,
                t.attempts, t.first_at, t.last_at, one.id
            from tally t cross join lateral (
                select l.id, coalesce(l.pattern, l.failure) as pattern, l.fix from dead_letter l
                where l.cause = t.cause and l.state = any(\(states(filter))) limit 1
            ) as one
            order by t.letters desc, t.cause
            """
        ) { result in
            try result.map { row in
                Group(
                    key: try row[0, as: String.self], failureClass: try row[1, as: FailureClass.self],
                    connection: try row[2, as: ConnectionID?.self], entity: try row[3, as: EntityKind?.self],
                    code: try row[4, as: String.self], pattern: try row[5, as: String.self],
                    fix: try row[6, as: String.self], count: try row[7, as: Int.self],
                    records: try row[8, as: Int.self], attempts: try row[9, as: Int.self],
                    firstAt: try row[10, as: Instant.self], lastAt: try row[11, as: Instant.self],
                    example: try row[12, as: CanonicalID.self])
            }
        }
    }

    /// Whether the database role of the caller may see payloads, and with them personal data.
    public static var mayShowPersonalData: Statement<Bool> {
        Statement("select has_column_privilege('dead_letter', 'payload', 'select')") { try $0[0][0, as: Bool.self] }
    }

    private static func states(_ filter: Filter) -> [State] {
        filter.states.isEmpty ? State.allCases : filter.states
    }

    /// What a filter asks of a row of `dead_letter`.
    static func conditions(_ filter: Filter) -> SQL {
        // One state as an equation, so that the index gives groups in their order.
        let wanted = states(filter)
        var conditions: [SQL] = [wanted.count == 1 ? "state = \(wanted[0])" : "state = any(\(wanted))"]
        if let ids = filter.ids { conditions.append("id = any(\(ids.sorted()))") }
        if let group = filter.group { conditions.append("cause = \(group)") }
        if let connection = filter.connection { conditions.append("connection = \(connection)") }
        if let failureClass = filter.failureClass { conditions.append("failure_class = \(failureClass)") }
        if let entity = filter.entity { conditions.append("entity = \(entity)") }
        if let since = filter.since { conditions.append("last_failed_at >= \(since)") }
        if let until = filter.until { conditions.append("first_failed_at < \(until)") }
        if let text = filter.text {
            // The payload is compared as text in which every byte that is not ASCII is written as digits.
            let inPayload: SQL =
                filter.searchesPayload
                ? "or position(lower(encode(convert_to(\(text), 'UTF8'), 'escape')) in lower(encode(payload, 'escape'))) > 0"
                : ""
            conditions.append(
                """
                (position(lower(\(text)) in lower(concat_ws(' ', id, failure, fix, code, subject, cause, native_type,
                    native_id, queue, correlation, headers, redacted))) > 0 \(inPayload))
                """)
        }
        return conditions.dropFirst().reduce(conditions[0]) { $0 + " and " + $1 }
    }

    private static let columns: SQL = """
        id, source, queue, message, generation, connection, entity, record, native_type, native_id, failure_class, code,
        failure, fix, attempts, first_failed_at, last_failed_at, correlation, headers::text, state, cause, replay,
        closed_at, closed_by, closing
        """

    private static func row(_ row: PostgresRow) throws -> Row {
        let type = try row[8, as: String?.self]
        let native = try row[9, as: String?.self].flatMap { id in type.map { NativeReference(type: $0, id: id) } }
        let headers = try JSONValue(parsing: Array(row[18, as: String.self].utf8)).object?.members ?? []
        let closedBy = try row[23, as: String?.self]
        let closing = try row[24, as: String?.self]
        return Row(
            letter: Letter(
                id: try row[0, as: CanonicalID.self], source: try row[1, as: Letter.Source.self],
                queue: try row[2, as: String?.self], message: try row[3, as: CanonicalID?.self],
                generation: try row[4, as: Int.self], connection: try row[5, as: ConnectionID?.self],
                entity: try row[6, as: EntityKind?.self], record: try row[7, as: CanonicalID?.self], native: native,
                failureClass: try row[10, as: FailureClass.self], code: try row[11, as: String.self],
                failure: try row[12, as: String.self], fix: try row[13, as: String.self],
                attempts: try row[14, as: Int.self], failedAt: try row[16, as: Instant.self],
                correlation: try row[17, as: CanonicalID?.self],
                headers: Dictionary(uniqueKeysWithValues: headers.map { ($0.key, $0.value.string ?? "") }),
                payload: try row[25, as: [UInt8].self]),
            firstFailedAt: try row[15, as: Instant.self], state: try row[19, as: State.self],
            group: try row[20, as: String?.self], redacted: try row[26, as: String?.self],
            replay: try row[21, as: CanonicalID?.self],
            closing: try row[22, as: Instant?.self].map { ($0, closedBy, closing) })
    }
}
