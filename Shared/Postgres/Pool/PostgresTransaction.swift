internal import CrashPoints
internal import Synchronization

/// A transaction, lent by `PostgresPool.withTransaction`.
///
/// BEGIN goes out together with the first statements, so it costs no round trip. After an error the server refuses
/// every further statement, unless a savepoint contained it.
public final class PostgresTransaction: PostgresQuerying {
    private enum Phase {
        case new, open, committed
        /// The server ended it without a COMMIT of ours that succeeded.
        case ended
        /// The answer to COMMIT was lost.
        case unknown
    }

    private struct State {
        var phase = Phase.new
        var failure: PostgresError?
        var savepoints = 0
    }

    private let connection: PostgresConnection
    private let isolation: IsolationLevel
    private let place: CodePlace
    // Phases change on the connection's thread only, so that statements of several tasks cannot overtake the BEGIN.
    private let state = Mutex(State())

    init(_ connection: PostgresConnection, isolation: IsolationLevel, at place: CodePlace) {
        self.connection = connection
        self.isolation = isolation
        self.place = place
    }

    /// Runs statements in one round trip, in order, up to the first that fails.
    public func pipeline(_ statements: [SQL], timeout: Duration?) async throws -> [PostgresResult] {
        try await send(statements, commits: false, timeout: timeout)
    }

    /// Ends the transaction with these last statements and COMMIT, in one round trip.
    ///
    /// - Parameter timeout: from now to the last answer; the configuration's `callTimeout` if nil.
    /// - Returns: one result for each statement.
    /// - Throws: `PostgresError`; with code `.commitOutcomeUnknown` when the answer to COMMIT was lost.
    @discardableResult
    public func commit(with statements: [SQL] = [], timeout: Duration? = nil) async throws -> [PostgresResult] {
        CrashPoint.pass(.before, .commit, place.name)
        let results = try await send(statements, commits: true, timeout: timeout)
        CrashPoint.pass(.after, .commit, place.name)
        return results
    }

    /// Writes rows into a table by a binary COPY; see `PostgresConnection.copyIn`.
    @discardableResult
    public func copyIn(
        table: String, columns: [String], rows: some Sequence<[any PostgresEncodable]> & Sendable,
        timeout: Duration? = nil
    ) async throws -> Int {
        _ = try await send([], commits: false, timeout: timeout)
        do {
            return try await connection.copyIn(table: table, columns: columns, rows: rows, timeout: timeout)
        } catch {
            throw noted(error)
        }
    }

    /// Runs a part of the transaction whose failure the rest survives.
    ///
    /// If the body throws, its statements are undone and the error is thrown on. A lost connection or a failure that
    /// asks for the whole transaction to be run again is not contained.
    @discardableResult
    public func withSavepoint<Value: Sendable>(
        _ body: @Sendable (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        let number = state.withLock { state in
            state.savepoints += 1
            return state.savepoints
        }
        try await execute("savepoint part_\(raw: String(number))")
        do {
            let value = try await body(self)
            try await execute("release savepoint part_\(raw: String(number))")
            return value
        } catch {
            guard !isRetryable(after: error), connection.health == .inTransaction else { throw error }
            try await execute("rollback to savepoint part_\(raw: String(number))")
            state.withLock { $0.failure = nil }
            throw error
        }
    }

    /// Commits, unless the body has done so.
    func finish() async throws {
        let (phase, failure) = state.withLock { ($0.phase, $0.failure) }
        switch phase {
        case .new, .committed: return
        case .unknown, .ended: if let failure { throw failure }
        case .open: try await commit()
        }
    }

    /// Whether the whole transaction may be run again after an error that its body threw.
    func isRetryable(after error: any Error) -> Bool {
        let (phase, failure) = state.withLock { ($0.phase, $0.failure) }
        guard phase != .committed, phase != .unknown else { return false }
        // The body may have wrapped the error, or stumbled over its consequence.
        return failure?.isRetryable ?? (error as? PostgresError)?.isRetryable ?? false
    }

    private func send(_ statements: [SQL], commits: Bool, timeout: Duration?) async throws -> [PostgresResult] {
        do {
            let (results, began) = try await connection.perform(timeout) {
                [self] handle, call throws(PostgresError) in
                let phase = state.withLock { $0.phase }
                guard phase == .new || phase == .open else {
                    throw PostgresError(code: .protocolViolation, message: "the transaction has ended already")
                }
                let begins = phase == .new
                // A transaction without a statement needs no server.
                if begins, commits, statements.isEmpty {
                    state.withLock { $0.phase = .committed }
                    return ([PostgresResult](), false)
                }
                var batch = statements
                if begins { batch.insert(isolation.begin, at: 0) }
                if commits { batch.append("commit") }
                do throws(PostgresError) {
                    let results = try handle.pipeline(batch, commits: commits, call: call)
                    state.withLock { $0.phase = commits ? .committed : handle.health == .idle ? .ended : .open }
                    return (results, begins)
                } catch {
                    var error = error
                    // The caller counts its own statements.
                    if begins, let index = error.statementIndex { error.statementIndex = max(index - 1, 0) }
                    let unknown = error.code == .commitOutcomeUnknown
                    // An idle session is one where nothing was sent yet, or where the transaction is over.
                    let idle: Phase = begins && !commits ? .new : .ended
                    state.withLock { $0.phase = unknown ? .unknown : handle.health == .idle ? idle : .open }
                    throw error
                }
            }
            return Array(results.dropFirst(began ? 1 : 0).prefix(statements.count))
        } catch {
            throw noted(error)
        }
    }

    /// Remembers the failure that decides whether the transaction may be run again: the first one of the server's that
    /// asks for it, not its consequences.
    private func noted(_ error: any Error) -> any Error {
        guard var error = error as? PostgresError else { return error }
        state.withLock { state in
            if error.code == .transactionAborted, let first = state.failure {
                error.message += "; the first failure was \(first)"
            }
            let isDecided = state.failure.map { $0.isRetryable || $0.sqlstate != nil } ?? false
            if !isDecided || error.isRetryable { state.failure = error }
        }
        return error
    }
}
