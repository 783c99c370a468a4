public import CanonicalModel
internal import Postgres

/// Which version of messages is written: the newest that everybody at work reads (decision 0027).
///
/// It only rises. Who reads it late writes the version before for a while, which everybody reads, too.
public enum SchemaAgreement {
    /// What this program is to write.
    public static var written: Statement<SchemaVersion> {
        Statement("select written from message_schema") { result in
            guard let row = result.first else { return .oldest }
            return .written(agreed: try row[0, as: Int.self])
        }
    }

    /// The number that is agreed on, which may be beyond this program's; locked to the end of the transaction.
    public static var lock: Statement<Int> {
        Statement("select written from message_schema for update") { result in
            try result.first?[0, as: Int.self] ?? SchemaVersion.oldest.number
        }
    }

    /// The number that is agreed on, which may be beyond this program's.
    public static var number: Statement<Int> {
        Statement("select written from message_schema") { result in
            try result.first?[0, as: Int.self] ?? SchemaVersion.oldest.number
        }
    }

    /// Whether the database is one that tells; before migration 17 none does.
    public static var isKept: Statement<Bool> {
        Statement("select to_regclass('message_schema') is not null") { try $0[0][0, as: Bool.self] }
    }

    /// Throws `UnreadableMessages` unless a program of the version reads what is written.
    public static func check(reading schema: SchemaVersion = .current) -> Statement<Void> {
        number.map { written in
            if let fault = UnreadableMessages(written: written, reads: schema) { throw fault }
        }
    }

    /// Raises it; a version that is not newer changes nothing.
    public static func raise(to schema: SchemaVersion) -> Statement<Void> {
        Statement(
            """
            insert into message_schema as m (written) values (\(schema.number))
            on conflict (is_only) do update set written = excluded.written, raised_at = clock_timestamp()
                where m.written < excluded.written
            """)
    }
}
