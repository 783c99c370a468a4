public import CanonicalModel
public import Postgres
internal import SyncCore
internal import SyncStore

/// Shows what could not be done and waits for a person.
public struct DeadLetterOperations: Sendable {
    private let pool: PostgresPool
    private let now: @Sendable () -> Instant

    /// Takes the database and the clock.
    public init(_ pool: PostgresPool, now: @escaping @Sendable () -> Instant) {
        self.pool = pool
        self.now = now
    }

    /// The classes of failure, in the words that letters show.
    public static var classes: [String] { FailureClass.allCases.map(\.rawValue) }

    /// Which letters are wanted; nil does not restrict.
    public struct Query: Sendable {
        /// Of this connection.
        public var connection: ConnectionID?
        /// Of this class, in the word that letters show.
        public var failureClass: String?
        /// Of this kind of record.
        public var entity: EntityKind?
        /// With these words.
        public var text: String?
        /// That failed last at this time or later.
        public var since: Instant?
        /// That failed first before this time.
        public var until: Instant?
        /// Whether also those that are no longer open.
        public var all = false
        /// The most that are given.
        public var limit = 50

        /// Every open letter.
        public init() {}
    }

    /// Letters without their payloads, newest first.
    ///
    /// - Throws: `OperationFailure` for a class that there is not.
    public func list(_ query: Query) async throws -> [DeadLetterReport] {
        var filter = DeadLetters.Filter()
        filter.connection = query.connection
        filter.failureClass = try Wording.read(query.failureClass, as: FailureClass.self)
        filter.entity = query.entity
        filter.text = query.text
        filter.since = query.since
        filter.until = query.until
        filter.isOpen = !query.all
        filter.limit = query.limit
        return try await pool.run(DeadLetters.list(filter)).map { DeadLetterReport(row: $0, payload: nil, places: []) }
    }

    /// Everything about a letter; nil where there is none.
    ///
    /// - Parameters:
    ///   - unredacted: shows the payload as it is. The database's role must be allowed to, and it is recorded who looked.
    /// - Throws: `OperationFailure` when the role may not.
    public func show(_ id: CanonicalID, unredacted: Bool, by name: String) async throws -> DeadLetterReport? {
        guard let row = try await pool.run(DeadLetters.find(id)) else { return nil }
        if unredacted {
            guard try await pool.run(DeadLetters.mayShowPersonalData) else {
                throw OperationFailure(
                    "the database role may not show personal data: it needs membership in plumbline_personal_data")
            }
            let moment = now()
            try await pool.run(
                AuditLog.insert([
                    AuditEntry(
                        id: IDSource.random.next(moment), at: moment,
                        note: AuditNote(
                            .operated, entity: row.letter.entity, record: row.letter.record,
                            connection: row.letter.connection, correlation: row.letter.correlation, actor: name,
                            body: JSONValue.object([
                                "operation": "dead-letters show --unredacted", "letter": .string(id.description),
                            ]).serialised()))
                ]))
        }
        let links =
            if let record = row.letter.record { try await pool.run(IdentityMap.places(of: [record])) } else { [Link]() }
        return DeadLetterReport(
            row: row,
            payload: unredacted
                ? PayloadRedaction.whole(row.letter.payload) : PayloadRedaction.redacted(row.letter.payload),
            places: links.map { "\($0.connection) \($0.native?.description ?? "\($0.nativeType) (being created)")" })
    }

    /// Letters for people.
    public static func text(_ letters: [DeadLetterReport]) -> String {
        guard !letters.isEmpty else { return "no dead letter matches" }
        var table = TextTable(
            ("LETTER", .leading), ("LAST FAILED", .leading), ("CLASS", .leading), ("CODE", .leading),
            ("CONNECTION", .leading), ("ENTITY", .leading), ("TIMES", .trailing), ("STATE", .leading),
            ("FAILURE", .leading))
        for report in letters {
            let letter = report.row.letter
            table.add(
                letter.id.description, Wording.second(letter.failedAt), letter.failureClass.rawValue,
                Wording.short(letter.code, 24), letter.connection?.name ?? "-", letter.entity?.rawValue ?? "-",
                "\(letter.attempts)", report.row.state, Wording.short(letter.failure, 80))
        }
        return table.text()
    }
}
