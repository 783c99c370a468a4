public import Logging

/// Brings the schema of a database to the state that a build works with.
///
/// Each migration runs in a transaction of its own, under an advisory lock that belongs to the current schema; so of
/// several migrators at once each migration is applied by one. What was applied stands in `plumbline_migration`, and with
/// it which programs the schema still serves: those of before as well, unless a migration says otherwise.
public struct Migrator: Sendable {
    private let migrations: [Migration]
    private let logger: Logger

    /// Takes the migrations of a build.
    ///
    /// - Throws: `MigrationError` when two have the same number, one is not positive, or one does not say well which programs
    ///   are served with it.
    public init(
        _ migrations: [Migration], logger: Logger = Logger(label: "plumbline.postgres.migrator")
    ) throws(MigrationError) {
        let sorted = migrations.sorted { $0.number < $1.number }
        for (one, other) in zip(sorted, sorted.dropFirst()) where one.number == other.number {
            throw MigrationError(code: .invalid, message: "\(one.label) and \(other.label) have the same number")
        }
        if let first = sorted.first, first.number < 1 {
            throw MigrationError(code: .invalid, message: "\(first.label): numbers start at 1")
        }
        for migration in sorted { _ = try migration.servesFrom }
        self.migrations = sorted
        self.logger = logger
    }

    /// Applies migrations, or takes them back, until the one with the target's number is the last.
    ///
    /// Without a target, a database that is newer and still serves this build stays as it is.
    ///
    /// - Parameters:
    ///   - target: 0 to take all back; nil to apply all.
    ///   - timeout: for each migration, with the wait for another migrator.
    /// - Returns: how many steps were made.
    /// - Throws: `MigrationError`; the steps before the one that failed stay.
    @discardableResult
    public func migrate(
        to target: Int? = nil, on pool: PostgresPool, timeout: Duration = .seconds(600)
    ) async throws -> Int {
        try await pool.withConnection { connection in
            var steps = 0
            while try await step(towards: target, on: connection, timeout) { steps += 1 }
            return steps
        }
    }

    /// Throws unless the migrations of this build are applied, and those that it does not know still serve it.
    ///
    /// A service calls it before it does anything else, and goes on asking.
    ///
    /// - Throws: `MigrationError`: `mismatch`, which shows both lists, or `outdated`.
    @discardableResult
    public func check(on database: some PostgresQuerying) async throws -> SchemaStanding {
        try await MigrationPlan(expected: migrations, applied: applied(on: database)).check()
    }

    private func step(
        towards target: Int?, on connection: PostgresConnection, _ timeout: Duration
    ) async throws -> Bool {
        // The lock comes first, so that the rows are those that the last migrator left.
        _ = try await connection.pipeline(
            [
                "begin", "set local statement_timeout = 0",
                """
                select pg_advisory_xact_lock(hashtextextended('plumbline_migration ' || current_schema(), 0))
                """,
            ], timeout: timeout)
        let plan = MigrationPlan(expected: migrations, applied: try await applied(on: connection))
        guard let step = try plan.nextStep(towards: target) else {
            try await connection.execute("rollback")
            return false
        }
        if case .up = step, try await !isLedgerComplete(on: connection) {
            try await completeLedger(on: connection)
            return try await self.step(towards: target, on: connection, timeout)
        }
        do {
            try await run(step, on: connection, timeout)
        } catch let error as PostgresError {
            throw MigrationError(code: .failed, message: "\(step.label) failed and was rolled back", cause: error)
        }
        logger.info("migrated", metadata: ["migration": "\(step.label)"])
        return true
    }

    private func run(_ step: MigrationPlan.Step, on connection: PostgresConnection, _ timeout: Duration) async throws {
        let record: SQL
        switch step {
        case .up(let migration):
            try await connection.script(migration.up, operation: step.label, timeout: timeout)
            record = """
                insert into plumbline_migration (number, name, checksum, serves_from)
                values (\(migration.number), \(migration.name), \(migration.checksum),
                    greatest(\(try migration.servesFrom ?? 1), (select max(serves_from) from plumbline_migration)))
                """
        case .down(let migration):
            guard let down = migration.down else {
                throw MigrationError(code: .irreversible, message: "\(migration.label) cannot be taken back")
            }
            try await connection.script(down, operation: step.label, timeout: timeout)
            record = "delete from plumbline_migration where number = \(migration.number)"
        }
        guard connection.health == .inTransaction else {
            throw MigrationError(
                code: .failed,
                message: "\(step.label) ended the transaction it runs in; leave begin, commit and rollback out of it")
        }
        _ = try await connection.pipeline([record, "commit"])
    }

    private func isLedgerComplete(on connection: PostgresConnection) async throws -> Bool {
        try await connection.query(
            """
            select exists (
                select from pg_attribute where attrelid = to_regclass('plumbline_migration') and attname = 'serves_from')
            """)[0][0, as: Bool.self]
    }

    /// Makes the ledger, or gives that of an older program its column, and commits that by itself.
    ///
    /// The new column locks out those who ask whether they are served, and a migration may take long. So the wait for
    /// the lock is short, too.
    private func completeLedger(on connection: PostgresConnection) async throws {
        _ = try await connection.pipeline([
            "set local lock_timeout = '5s'",
            """
            create table if not exists plumbline_migration (
                number integer primary key,
                name text not null,
                checksum text not null,
                applied_at timestamptz not null default now())
            """,
            "alter table plumbline_migration add column if not exists serves_from integer",
            "commit",
        ])
    }

    private func applied(on database: some PostgresQuerying) async throws -> [MigrationPlan.Applied] {
        let exists = try await database.query("select to_regclass('plumbline_migration') is not null")
        guard try exists.first?[0, as: Bool.self] == true else { return [] }
        // By way of JSON, for the ledger of an older program does not have the column.
        return try await database.query(
            """
            select number, name, checksum, (to_jsonb(m) ->> 'serves_from')::integer as serves_from
            from plumbline_migration as m order by number
            """
        ).map {
            try MigrationPlan.Applied(
                number: $0.decode("number"), name: $0.decode("name"), checksum: $0.decode("checksum"),
                servesFrom: $0.decode("serves_from"))
        }
    }
}

extension MigrationPlan.Step {
    fileprivate var label: String {
        switch self {
        case .up(let migration): "migration \(migration.label)"
        case .down(let migration): "taking back migration \(migration.label)"
        }
    }
}
