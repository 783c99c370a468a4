public import Postgres
internal import SyncStore

/// Brings the database's schema up to date.
public struct SchemaOperations: Sendable {
    private let pool: PostgresPool

    /// Takes the database.
    public init(_ pool: PostgresPool) {
        self.pool = pool
    }

    /// Which schema this build works with, and whether the database has it.
    public struct Version: Sendable {
        /// The last migration of this build.
        public var migration: String
        /// What is wrong; nil where the database has exactly this build's migrations.
        public var fault: String?

        /// In words.
        public var text: String { "schema \(migration)" + (fault == nil ? ", as this build needs it" : "") }
    }

    /// Applies the migrations of this build that are missing.
    ///
    /// - Returns: how many were applied; 0 for a database that is up to date.
    public func migrate() async throws -> Int {
        try await Migrator(SyncStore.migrations()).migrate(on: pool)
    }

    /// Compares the database's migrations with those of this build.
    public func version() async throws -> Version {
        let migrations = try SyncStore.migrations()
        let last = migrations.max { $0.number < $1.number }
        var version = Version(migration: last.map { "\($0.number) \($0.name)" } ?? "-")
        do {
            try await Migrator(migrations).check(on: pool)
        } catch let error as MigrationError {
            version.fault = "\(error)"
        }
        return version
    }
}
