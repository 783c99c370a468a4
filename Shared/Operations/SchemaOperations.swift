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

    /// What a migration has done.
    public struct Migrated: Sendable {
        /// How many migrations were applied; 0 for a database that is up to date.
        public var steps: Int
        /// What an administrator has to do yet; nil where nothing is left to do.
        public var warning: String?
    }

    /// Applies the migrations of this build that are missing, completes what older builds have written, and gives the
    /// roles of people their rights.
    public func migrate() async throws -> Migrated {
        let steps = try await Migrator(SyncStore.migrations()).migrate(on: pool)
        try await DeadLetters.completeOlder(on: pool)
        return Migrated(steps: steps, warning: try await AccessRoles.install(on: pool))
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
