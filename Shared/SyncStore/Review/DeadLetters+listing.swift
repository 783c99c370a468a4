public import CanonicalModel
internal import Postgres
public import SyncCore

/// What people see of dead letters.
extension DeadLetters {
    /// A letter as its row holds it.
    public struct Row: Sendable {
        /// What it says.
        public var letter: Letter
        /// When it failed first; the letter has the last time.
        public var firstFailedAt: Instant
        /// `open`, `replaying`, `replayed`, `resolved` or `archived`.
        public var state: String
    }

    /// Which letters are wanted; nil does not restrict.
    public struct Filter: Sendable {
        /// Of this connection.
        public var connection: ConnectionID?
        /// Of this class.
        public var failureClass: FailureClass?
        /// Of this kind of record.
        public var entity: EntityKind?
        /// With these words in the failure, the fix, the code, an id, the headers or the payload, in any case.
        public var text: String?
        /// That failed last at this time or later.
        public var since: Instant?
        /// That failed first before this time.
        public var until: Instant?
        /// Only those that wait for a person.
        public var isOpen = true
        /// The most that are given, newest first.
        public var limit = 50

        /// Every open letter.
        public init() {}
    }

    /// Letters, newest first, without their payloads.
    public static func list(_ filter: Filter) -> Statement<[Row]> {
        var conditions: [SQL] = []
        if let connection = filter.connection { conditions.append("connection = \(connection)") }
        if let failureClass = filter.failureClass { conditions.append("failure_class = \(failureClass)") }
        if let entity = filter.entity { conditions.append("entity = \(entity)") }
        if let since = filter.since { conditions.append("last_failed_at >= \(since)") }
        if let until = filter.until { conditions.append("first_failed_at < \(until)") }
        if filter.isOpen { conditions.append("state = 'open'") }
        if let text = filter.text {
            // The payload is compared as text in which every byte that is not ASCII is written as digits.
            conditions.append(
                """
                (position(lower(\(text)) in lower(concat_ws(' ', failure, fix, code, subject, native_type, native_id,
                    queue, correlation, headers))) > 0
                or position(lower(encode(convert_to(\(text), 'UTF8'), 'escape')) in lower(encode(payload, 'escape'))) > 0)
                """)
        }
        let wanted = conditions.reduce("true" as SQL) { $0 + " and " + $1 }
        return Statement(
            """
            select \(columns), ''::bytea from dead_letter where \(wanted)
            order by last_failed_at desc, id desc limit \(filter.limit)
            """
        ) { try $0.map(row) }
    }

    /// One letter with its payload.
    public static func find(_ id: CanonicalID) -> Statement<Row?> {
        Statement("select \(columns), payload from dead_letter where id = \(id)") { try $0.first.map(row) }
    }

    /// Whether the database role of the caller may see personal data: that of the tables' owner, and members of the role
    /// `plumbline_personal_data` where an administrator has made one.
    public static var mayShowPersonalData: Statement<Bool> {
        Statement(
            """
            select pg_has_role(current_user, c.relowner, 'member') or exists (
                select from pg_roles r where r.rolname = 'plumbline_personal_data'
                    and pg_has_role(current_user, r.oid, 'member'))
            from pg_class c where c.oid = 'dead_letter'::regclass
            """
        ) { try $0[0][0, as: Bool.self] }
    }

    private static let columns: SQL = """
        id, source, queue, message, generation, connection, entity, record, native_type, native_id, failure_class, code,
        failure, fix, attempts, first_failed_at, last_failed_at, correlation, headers::text, state
        """

    private static func row(_ row: PostgresRow) throws -> Row {
        let type = try row[8, as: String?.self]
        let native = try row[9, as: String?.self].flatMap { id in type.map { NativeReference(type: $0, id: id) } }
        let headers = try JSONValue(parsing: Array(row[18, as: String.self].utf8)).object?.members ?? []
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
                payload: try row[20, as: [UInt8].self]),
            firstFailedAt: try row[15, as: Instant.self], state: try row[19, as: String.self])
    }
}
