public import Postgres
public import RabbitMQ
public import SyncStore

/// Looks before a service starts whether what it needs is there and fits.
///
/// A server that is not there yet is waited for, since everything may be starting at once. What only a person can mend
/// ends the start with a `StartupError` at once.
public enum StartupChecks {
    /// Waits for the database, and refuses a schema that does not serve this build: an older or another one, or a newer
    /// one that has left it behind.
    ///
    /// - Throws: `StartupError` that shows expected and applied migrations side by side, or says which programs the
    ///   database serves, or why there is no connection.
    public static func schema(_ migrator: Migrator, on pool: PostgresPool, within limit: Duration = .seconds(30))
        async throws
    {
        do {
            try await patiently(limit) { try await migrator.check(on: pool) }
        } catch let error as MigrationError {
            throw StartupError("\(error)")
        }
    }

    /// Refuses a database where messages are written that this build does not read: those of a newer release whose
    /// upgrade is finished, or of one that is more than one release older.
    ///
    /// Comes after `schema`, which is what says it.
    ///
    /// - Throws: `StartupError` that says what is written, what is read and what to do, or why there is no connection.
    public static func messages(on pool: PostgresPool, within limit: Duration = .seconds(30)) async throws {
        do {
            try await patiently(limit) { try await pool.run(SchemaAgreement.check()) }
        } catch let error as UnreadableMessages {
            throw StartupError("\(error)")
        }
    }

    /// The database's clock, read for the first time; the heartbeat goes on reading it.
    ///
    /// - Throws: `StartupError` where the database does not answer in time.
    public static func clock(on pool: PostgresPool, within limit: Duration = .seconds(30)) async throws -> DatabaseClock
    {
        let clock = DatabaseClock()
        try await patiently(limit) { try await clock.synchronise(on: pool) }
        return clock
    }

    /// Asks the database again while it is not there.
    private static func patiently(_ limit: Duration, _ question: () async throws -> Void) async throws {
        let end = ContinuousClock.now + limit
        while true {
            do {
                return try await question()
            } catch let error as PostgresError {
                guard isAbsence(error), .now < end else {
                    throw StartupError("cannot use the database: \(error); see the key database.url")
                }
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    /// Waits for the broker and declares the topology.
    ///
    /// - Throws: `StartupError` on refused credentials, a topology that differs from the broker's, or no connection.
    public static func broker(_ publisher: RabbitPublisher, within limit: Duration = .seconds(30)) async throws {
        do {
            try await publisher.start(within: limit)
        } catch let error as RabbitError {
            throw StartupError("cannot use the broker: \(error); see the key amqp.url")
        }
    }

    /// A server that starts or restarts refuses connections, at first with an answer of class 57 (not ready yet).
    private static func isAbsence(_ error: PostgresError) -> Bool {
        if let state = error.sqlstate { return state.hasPrefix("57") || state.hasPrefix("53") || state.hasPrefix("08") }
        return [.connectionFailed, .connectionLost, .poolExhausted, .timedOut].contains(error.code)
    }
}
