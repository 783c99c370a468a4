public import Postgres
internal import SyncStore

/// Brings the database's schema up to date.
public struct SchemaOperations: Sendable {
    private let pool: PostgresPool

    /// Takes the database.
    public init(_ pool: PostgresPool) {
        self.pool = pool
    }

    /// Applies the migrations of this build that are missing.
    ///
    /// - Returns: how many were applied; 0 for a database that is up to date.
    public func migrate() async throws -> Int {
        try await Migrator(SyncStore.migrations()).migrate(on: pool)
    }
}
