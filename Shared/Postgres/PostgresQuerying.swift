/// What can run statements: a connection, a transaction, or a pool that lends a connection for each call.
public protocol PostgresQuerying: Sendable {
    /// Runs statements in one round trip, in order, up to the first that fails.
    ///
    /// - Parameter timeout: from now to the last answer; the configuration's `callTimeout` if nil.
    /// - Throws: `PostgresError`, whose `statementIndex` tells which statement failed.
    func pipeline(_ statements: [SQL], timeout: Duration?) async throws -> [PostgresResult]
}

extension PostgresQuerying {
    /// Runs statements in one round trip, within the configuration's `callTimeout`.
    public func pipeline(_ statements: [SQL]) async throws -> [PostgresResult] {
        try await pipeline(statements, timeout: nil)
    }

    /// Runs a statement and gives its rows.
    ///
    /// - Parameter timeout: from now to the answer; the configuration's `callTimeout` if nil.
    public func query(_ statement: SQL, timeout: Duration? = nil) async throws -> PostgresResult {
        guard let result = try await pipeline([statement], timeout: timeout).first else {
            throw PostgresError(code: .protocolViolation, message: "a statement got no answer")
        }
        return result
    }

    /// Runs a statement and gives the number of rows that it touched.
    ///
    /// - Parameter timeout: from now to the answer; the configuration's `callTimeout` if nil.
    @discardableResult
    public func execute(_ statement: SQL, timeout: Duration? = nil) async throws -> Int {
        try await query(statement, timeout: timeout).affected
    }
}
