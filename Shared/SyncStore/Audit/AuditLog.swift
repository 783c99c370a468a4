public import CanonicalModel
internal import Postgres
public import SyncCore

/// What was seen, decided and done: rows that are only ever added.
public enum AuditLog {
    /// Writes entries in the transaction of what they tell of.
    public static func insert(_ entries: [AuditEntry], salts: SaltSource = .random) -> Statement<Void> {
        let salts = salts.salts(entries.count)
        let digests = zip(entries, salts).map { entry, salt in
            AuditEntry.digest(salt: salt, actor: entry.note.actor, body: entry.note.body)
        }
        let notes = entries.map(\.note)
        return Statement(
            """
            insert into audit
                (id, at, record, correlation, message, kind, entity, connection, actor, digest, salt, body)
            select * from unnest(
                \(entries.map(\.id)), \(entries.map(\.at)), \(notes.map(\.record)), \(notes.map(\.correlation)),
                \(notes.map(\.message)), \(notes.map(\.kind)), \(notes.map(\.entity)), \(notes.map(\.connection)),
                \(notes.map(\.actor)), \(digests), \(salts), \(notes.map(\.body)))
            """)
    }

    /// The entries of a record, oldest first.
    ///
    /// - Parameters:
    ///   - after: only entries behind this one, for the next page.
    ///   - kinds: only entries of these kinds; nil for all.
    public static func entries(
        of record: CanonicalID, after: CanonicalID? = nil, kinds: [AuditNote.Kind]? = nil, limit: Int = 200
    ) -> Statement<[AuditEntry]> {
        Statement(
            """
            select \(columns) from audit
            where record = \(record) and id > \(after ?? .lowest) \(among(kinds))
            order by id limit \(limit)
            """, read: read)
    }

    /// The newest entries of a record, newest first.
    public static func latest(
        of record: CanonicalID, kinds: [AuditNote.Kind]? = nil, limit: Int = 200
    ) -> Statement<[AuditEntry]> {
        Statement(
            """
            select \(columns) from audit
            where record = \(record) \(among(kinds))
            order by id desc limit \(limit)
            """, read: read)
    }

    /// The entries of a chain of messages, oldest first.
    public static func entries(correlation: CanonicalID, limit: Int = 1000) -> Statement<[AuditEntry]> {
        Statement(
            "select \(columns) from audit where correlation = \(correlation) order by id limit \(limit)", read: read)
    }

    /// Erases the details of a record's entries, with their salts; the chain stays whole.
    ///
    /// - Returns: how many entries had details.
    public static func erase(record: CanonicalID) -> Statement<Int> {
        .counting(
            """
            update audit set actor = null, salt = null, body = null where record = \(record) and body is not null
            """)
    }

    private static func among(_ kinds: [AuditNote.Kind]?) -> SQL {
        kinds.map { "and kind = any(\($0))" } ?? ""
    }

    private static let columns: SQL = "id, at, record, correlation, message, kind, entity, connection, actor, body"

    private static func read(_ result: PostgresResult) throws -> [AuditEntry] {
        try result.map { row in
            let body = try row[9, as: [UInt8]?.self]
            var entry = AuditEntry(
                id: try row[0, as: CanonicalID.self], at: try row[1, as: Instant.self],
                note: AuditNote(
                    try row[5, as: AuditNote.Kind.self], entity: try row[6, as: EntityKind?.self],
                    record: try row[2, as: CanonicalID?.self], connection: try row[7, as: ConnectionID?.self],
                    correlation: try row[3, as: CanonicalID?.self], message: try row[4, as: CanonicalID?.self],
                    actor: try row[8, as: String?.self], body: body ?? []))
            entry.isErased = body == nil
            return entry
        }
    }
}

extension CanonicalID {
    /// Before every id.
    static let lowest = CanonicalID(high: 0, low: 0)
}
