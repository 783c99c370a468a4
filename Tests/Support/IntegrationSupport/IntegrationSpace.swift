public import Logging
public import Postgres

/// What one test has to itself: a schema in the database, and a prefix for its names at the broker.
public struct IntegrationSpace: Sendable {
    @TaskLocal private static var current: IntegrationSpace?

    /// The database, with the test's schema as its search path.
    public let database: PostgresConfiguration
    /// Where the broker is; nil under the trait `.database`.
    public let brokerURL: String?
    /// For queues, exchanges and everything else that is shared: lower-case letters, digits and underscores.
    public let prefix: String

    /// The space of the running test.
    ///
    /// - Throws: `IntegrationSpaceMissing` outside a test with the trait `.integration` or `.database`.
    public static func required() throws -> IntegrationSpace {
        guard let current else { throw IntegrationSpaceMissing() }
        return current
    }

    /// The database as a URL, for processes that the test starts.
    public var databaseURL: String {
        let base = IntegrationServer.database.url ?? ""
        return base + (base.contains("?") ? "&" : "?") + "search_path=" + prefix
    }

    /// Lends a pool that is closed afterwards.
    @discardableResult
    public func withPool<Value: Sendable>(
        _ limits: PostgresPool.Limits = PostgresPool.Limits(), logger: Logger = Logger(label: "plumbline.postgres"),
        _ body: (PostgresPool) async throws -> Value
    ) async throws -> Value {
        let pool = PostgresPool(database, limits: limits, logger: logger)
        do {
            let value = try await body(pool)
            await pool.close()
            return value
        } catch {
            await pool.close()
            throw error
        }
    }

    /// Runs a body with a space of its own, which is `required()` for it: for what several tests share.
    public static func provide(_ function: @Sendable () async throws -> Void) async throws {
        guard let url = IntegrationServer.database.url else { throw IntegrationSpaceMissing() }
        let prefix = "plumbline_test_" + String(UInt64.random(in: .min ... .max), radix: 36)
        var database = try PostgresConfiguration(url: url)
        // A machine that builds and tests at once is slow; a test that means a deadline sets its own.
        database.connectTimeout = .seconds(30)
        database.statementTimeout = .seconds(60)
        database.callTimeout = .seconds(65)
        let administrator = try await PostgresConnection.connect(database)
        try await administrator.execute("create schema \(identifier: prefix)")
        database.searchPath = prefix
        let space = IntegrationSpace(database: database, brokerURL: IntegrationServer.broker.url, prefix: prefix)
        do {
            try await $current.withValue(space) { try await function() }
            try await space.remove(with: administrator)
        } catch {
            try await space.remove(with: administrator)
            throw error
        }
    }

    private func remove(with administrator: PostgresConnection) async throws {
        // In a task of its own, so that a test that was cancelled leaves nothing behind either.
        try await Task {
            try await administrator.execute("drop schema \(identifier: prefix) cascade")
            await administrator.close()
        }.value
    }
}

/// A test asks for its space without the trait that makes one.
public struct IntegrationSpaceMissing: Error, CustomStringConvertible {
    /// Says what to do.
    public var description: String {
        "the test has no schema: give it the trait .integration or .database, and run ./deploy/local test"
    }
}
