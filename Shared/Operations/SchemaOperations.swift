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
        /// What is wrong; nil where the database serves this build.
        public var fault: String?
        /// The database's last migration and what it serves; nil where the database is not newer than this build.
        public var newer: String?

        /// In words.
        public var text: String {
            "schema \(migration)" + (newer.map { "; \($0)" } ?? (fault == nil ? ", as this build needs it" : ""))
        }
    }

    /// What a migration has done.
    public struct Migrated: Sendable {
        /// How many migrations were applied; 0 for a database that is up to date.
        public var steps: Int
        /// What an administrator has to do yet; nil where nothing is left to do.
        public var warning: String?
        /// Why nothing was done at all: the database is newer than this build, and serves it; nil otherwise.
        public var newer: String?
    }

    /// Applies the migrations of this build that are missing, completes what older builds have written, and gives the
    /// roles of people their rights.
    ///
    /// In a database that is newer and serves this build everything stays as it is: its roles and fields are those of
    /// a newer build.
    ///
    /// Where messages are written that this build does not read, nothing is applied: a release was left out whose
    /// upgrade is to be finished first, or a newer one's is finished.
    ///
    /// - Throws: `OperationFailure` for such messages; `MigrationError` for a database that does not serve this build,
    ///   or that cannot be migrated.
    public func migrate() async throws -> Migrated {
        if let fault = try await unreadableMessages() { throw OperationFailure(fault) }
        let migrator = try Migrator(SyncStore.migrations())
        let steps = try await migrator.migrate(on: pool)
        if let newer = Self.newer(try await migrator.check(on: pool)) { return Migrated(steps: steps, newer: newer) }
        try await DeadLetters.completeOlder(on: pool)
        return Migrated(steps: steps, warning: try await AccessRoles.install(on: pool))
    }

    /// Compares the database's migrations with those of this build.
    public func version() async throws -> Version {
        let migrations = try SyncStore.migrations()
        let last = migrations.max { $0.number < $1.number }
        var version = Version(migration: last.map { "\($0.number) \($0.name)" } ?? "-")
        do {
            version.newer = Self.newer(try await Migrator(migrations).check(on: pool))
        } catch let error as MigrationError {
            version.fault = "\(error)"
        }
        if version.fault == nil { version.fault = try await unreadableMessages() }
        return version
    }

    /// Why this build does not fit the messages that are written; nil where it does, and where the database is older
    /// than their agreement.
    private func unreadableMessages() async throws -> String? {
        guard try await pool.run(SchemaAgreement.isKept) else { return nil }
        do {
            try await pool.run(SchemaAgreement.check())
            return nil
        } catch let error as UnreadableMessages {
            return "\(error)"
        }
    }

    private static func newer(_ standing: SchemaStanding) -> String? {
        guard case .newer(let last, let servesFrom) = standing else { return nil }
        return "the database is newer, at \(last), and serves programs that know migration \(servesFrom)"
    }
}
