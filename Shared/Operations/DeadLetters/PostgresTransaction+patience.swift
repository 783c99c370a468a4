internal import Postgres
internal import SyncStore

extension PostgresTransaction {
    /// Runs a statement that may touch a hundred thousand letters, and so take longer than a statement usually may.
    func runPatiently<Output: Sendable>(_ statement: Statement<Output>) async throws -> Output {
        _ = try await query("set local statement_timeout = '10min'")
        return try statement.decode(try await query(statement.sql, timeout: .seconds(610)))
    }
}
