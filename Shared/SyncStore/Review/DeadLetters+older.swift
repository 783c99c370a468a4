internal import CanonicalModel
public import Postgres
internal import SyncCore

extension DeadLetters {
    /// Gives letters of an older build their group and their redacted payload, batch by batch.
    ///
    /// - Returns: how many there were.
    @discardableResult
    public static func completeOlder(on pool: PostgresPool) async throws -> Int {
        var completed = 0
        while true {
            let rows = try await pool.run(older)
            guard !rows.isEmpty else { return completed }
            completed += rows.count
            let causes = rows.map(\.letter.cause)
            try await pool.run(
                Statement<Void>(
                    """
                    update dead_letter as l set cause = given.cause, pattern = given.pattern, redacted = given.redacted
                    from unnest(
                        \(rows.map(\.letter.id)), \(causes.map(\.key)), \(causes.map(\.pattern.storable)),
                        \(rows.map { redacted($0.letter.payload) })) as given(id, cause, pattern, redacted)
                    where l.id = given.id
                    """))
        }
    }

    private static var older: Statement<[Row]> {
        page("cause is null order by id limit 500")
    }
}
