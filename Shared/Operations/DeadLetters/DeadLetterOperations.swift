public import CanonicalModel
public import Postgres
internal import SyncCore
internal import SyncStore

/// Shows what could not be done and waits for a person, and puts it aside.
///
/// Payloads and what letters are about are shown without protected values. Whoever asks for them whole needs the right to
/// payloads (`plumbline_operator`, or the tables' owner), and the audit log records who looked.
public struct DeadLetterOperations: Sendable {
    let pool: PostgresPool
    let now: @Sendable () -> Instant

    /// Takes the database and the clock.
    public init(_ pool: PostgresPool, now: @escaping @Sendable () -> Instant) {
        self.pool = pool
        self.now = now
    }

    /// Letters without their payloads, newest first, with what they are about.
    ///
    /// - Parameters:
    ///   - unredacted: who wants to see protected values; nil for nobody.
    /// - Throws: `OperationFailure` for a class that there is not, or when the role may not.
    public func list(
        _ query: DeadLetterQuery, limit: Int, unredacted: String? = nil
    ) async throws -> [DeadLetterReport] {
        if let unredacted { try await admit(unredacted, to: "list", of: query.description) }
        let filter = try await filter(query)
        let rows = try await pool.run(DeadLetters.list(filter, limit: limit))
        return try await reports(rows, whole: unredacted != nil)
    }

    /// Everything about a letter; nil where there is none.
    ///
    /// - Parameter unredacted: who wants to see the payload as it is; nil for nobody.
    /// - Throws: `OperationFailure` when the role may not.
    public func show(_ id: CanonicalID, unredacted: String?) async throws -> DeadLetterReport? {
        if let unredacted {
            guard let row = try await pool.run(DeadLetters.find(id, payload: false)) else { return nil }
            try await admit(unredacted, to: "show", of: "letter \(id)", row.letter)
        }
        guard let row = try await pool.run(DeadLetters.find(id, payload: unredacted != nil)) else { return nil }
        let contexts = try await ContextReader(pool: pool, whole: unredacted != nil).contexts(of: [row])
        var report = DeadLetterReport(row: row, context: contexts[id])
        report.edits = try await pool.run(LetterEdits.of(id))
        if unredacted != nil {
            report.payload = PayloadRedaction.whole(row.letter.payload)
        } else {
            report.payload = row.redacted.flatMap { try? JSONValue(parsing: Array($0.utf8)) } ?? "[not shown]"
        }
        return report
    }

    /// How many letters there are, by state, class and connection.
    public func count(_ query: DeadLetterQuery) async throws -> DeadLetterTally {
        DeadLetterTally(rows: try await pool.run(DeadLetters.count(filter(query))), now: now())
    }

    /// Letters by their cause, the largest group first.
    public func groups(_ query: DeadLetterQuery, limit: Int) async throws -> DeadLetterGroups {
        DeadLetterGroups(rows: try await pool.run(DeadLetters.groups(filter(query), limit: limit)), now: now())
    }

    /// Every letter that is wanted, newest first, page by page, with its redacted payload.
    ///
    /// - Parameter write: gets one page after the other; memory holds one.
    public func export(
        _ query: DeadLetterQuery, unredacted: String? = nil, write: ([DeadLetterReport]) throws -> Void
    ) async throws {
        if let unredacted { try await admit(unredacted, to: "export", of: query.description) }
        let filter = try await filter(query)
        var position: DeadLetters.Position?
        while true {
            let rows = try await pool.run(
                DeadLetters.list(filter, after: position, limit: Self.page, redacted: unredacted == nil))
            guard let last = rows.last else { return }
            position = DeadLetters.Position(behind: last)
            var reports = try await reports(rows, whole: unredacted != nil)
            if unredacted == nil {
                for index in reports.indices {
                    reports[index].payload = rows[index].redacted.flatMap { try? JSONValue(parsing: Array($0.utf8)) }
                }
            } else {
                var whole = DeadLetters.Filter()
                whole.ids = rows.map(\.letter.id)
                whole.states = []
                let bodies = try await pool.run(DeadLetters.page(whole, after: nil, limit: rows.count))
                let payloads = Dictionary(uniqueKeysWithValues: bodies.map { ($0.letter.id, $0.letter.payload) })
                for index in reports.indices {
                    reports[index].payload = payloads[reports[index].id].map(PayloadRedaction.whole)
                }
            }
            try write(reports)
            if rows.count < Self.page { return }
        }
    }

    static let page = 500

    /// What the store is asked; words are looked for in payloads only where the role may read them.
    func filter(_ query: DeadLetterQuery) async throws -> DeadLetters.Filter {
        let searches = query.text == nil ? false : try await pool.run(DeadLetters.mayShowPersonalData)
        return try query.filter(searchesPayload: searches)
    }

    private func reports(_ rows: [DeadLetters.Row], whole: Bool) async throws -> [DeadLetterReport] {
        let contexts = try await ContextReader(pool: pool, whole: whole).contexts(of: rows)
        return rows.map { DeadLetterReport(row: $0, context: contexts[$0.letter.id]) }
    }

    /// Lets somebody see protected values, and records it.
    func admit(
        _ name: String, to operation: String, of what: String, _ letter: DeadLetters.Letter? = nil
    ) async throws {
        guard try await pool.run(DeadLetters.mayShowPersonalData) else {
            throw OperationFailure(
                "the database role may not show protected values: it needs membership in \(AccessRoles.operator)")
        }
        try await pool.run(
            AuditLog.insert([
                entry(
                    name, "dead-letters \(operation) --unredacted", letter,
                    ["letters": .string(what), "letter": .text(letter?.id.description)])
            ]))
    }

    /// An entry of the audit log about what somebody did with letters.
    func entry(
        _ name: String, _ operation: String, _ letter: DeadLetters.Letter?, _ details: JSONObject
    ) -> AuditEntry {
        let moment = now()
        var body: JSONObject = ["operation": .string(operation)]
        for member in details.members where !member.value.isNull { body[member.key] = member.value }
        return AuditEntry(
            id: IDSource.random.next(moment), at: moment,
            note: AuditNote(
                .operated, entity: letter?.entity, record: letter?.record, connection: letter?.connection,
                correlation: letter?.correlation, actor: name, body: JSONValue.object(body).serialised()))
    }
}
