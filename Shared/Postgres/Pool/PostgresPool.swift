public import Logging
internal import Synchronization

/// Lends connections to a database, at most so many at a time.
///
/// Callers beyond that wait in the order of asking, up to a deadline, and only so many of them. A caller that is given
/// the right to a new connection makes it by itself, again and again with growing waits while the database is away, up
/// to its deadline; so the pool has no background work but the closing of idle connections in `run()`.
public final class PostgresPool: PostgresQuerying {
    /// How large a pool is and how long its callers wait.
    public struct Limits: Sendable {
        /// How many connections there may be.
        public var connections: Int = 8
        /// How many callers may wait for one.
        public var waiting: Int = 1024
        /// How long a caller waits for a connection, including the time to connect.
        public var acquireTimeout: Duration = .seconds(10)
        /// How long a connection may be unused before `run()` closes it.
        public var idleTimeout: Duration = .seconds(300)
        /// How long `run()` waits for lent connections when it ends.
        public var drainTimeout: Duration = .seconds(10)

        /// The defaults.
        public init() {}
    }

    private typealias State = PoolState<PostgresConnection>

    private struct Shared {
        var state: State
        var waiters: [State.WaiterID: PoolWaiter] = [:]
        var lastConnectError: PostgresError?
    }

    private let configuration: PostgresConfiguration
    private let limits: Limits
    private let logger: Logger
    private let reconnect = Backoff(first: .milliseconds(50), longest: .seconds(2))
    private let retry = Backoff(first: .milliseconds(5), longest: .milliseconds(200))
    private let random: @Sendable () -> Double
    private let shared: Mutex<Shared>

    /// Makes a pool without connecting.
    ///
    /// - Parameter random: a number from 0 to 1, for the jitter of waiting times.
    public init(
        _ configuration: PostgresConfiguration, limits: Limits = Limits(),
        logger: Logger = Logger(label: "plumbline.postgres"),
        random: @escaping @Sendable () -> Double = { .random(in: 0...1) }
    ) {
        self.configuration = configuration
        self.limits = limits
        self.logger = logger
        self.random = random
        shared = Mutex(Shared(state: PoolState(size: limits.connections, maximumWaiting: limits.waiting)))
    }

    /// How many connections are lent and idle, and how many callers wait; for metrics.
    public var load: (lent: Int, idle: Int, waiting: Int) {
        shared.withLock { ($0.state.granted, $0.state.idleCount, $0.state.waitingCount) }
    }

    // MARK: Use

    /// Lends a connection for the time of the body.
    ///
    /// A transaction that the body leaves open is rolled back. A connection that listens is closed afterwards.
    ///
    /// - Throws: what the body throws, or `PostgresError` with code `.poolExhausted`, `.connectionFailed`, `.closed`.
    @discardableResult
    public func withConnection<Value: Sendable>(
        _ body: @Sendable (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        let connection = try await acquire()
        do {
            let value = try await body(connection)
            await release(connection)
            return value
        } catch {
            await release(connection)
            throw error
        }
    }

    /// Runs statements on any connection, in one round trip and as one transaction of their own.
    public func pipeline(_ statements: [SQL], timeout: Duration?) async throws -> [PostgresResult] {
        try await withConnection { try await $0.pipeline(statements, timeout: timeout) }
    }

    /// Runs a transaction: BEGIN goes out with its first statement, COMMIT when the body ends.
    ///
    /// A serialization failure, a deadlock, a stale plan or a connection lost before COMMIT was sent runs the body
    /// again, on a transaction of its own, after a short random wait; so the body must have no effect elsewhere. If the
    /// body throws, the transaction is rolled back.
    ///
    /// - Parameters:
    ///   - retries: how often the body is run again at most.
    ///   - file: whose transaction it is, by which tests name it.
    ///   - function: likewise.
    /// - Throws: what the body throws, or `PostgresError`; with code `.commitOutcomeUnknown` when the answer to COMMIT
    ///   was lost. That is never retried here: look whether the effect is there.
    @discardableResult
    public func withTransaction<Value: Sendable>(
        isolation: IsolationLevel = .readCommitted, retries: Int = 3, file: StaticString = #fileID,
        function: StaticString = #function, _ body: @Sendable (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        let place = CodePlace(file: file, function: function)
        var failures = 0
        while true {
            do throws(TransactionFailure) {
                return try await attempt(isolation, at: place, body)
            } catch {
                guard error.isRetryable, failures < retries, !Task.isCancelled else { throw error.cause }
                failures += 1
                logger.info(
                    "a transaction is run again",
                    metadata: ["attempt": "\(failures)", "error": "\(error.cause)"])
                try await Task.sleep(for: retry.delay(after: failures, random: random()))
            }
        }
    }

    private func attempt<Value: Sendable>(
        _ isolation: IsolationLevel, at place: CodePlace,
        _ body: @Sendable (PostgresTransaction) async throws -> Value
    ) async throws(TransactionFailure) -> Value {
        do {
            return try await withConnection { connection in
                let transaction = PostgresTransaction(connection, isolation: isolation, at: place)
                do {
                    let value = try await body(transaction)
                    try await transaction.finish()
                    return value
                } catch {
                    throw TransactionFailure(cause: error, isRetryable: transaction.isRetryable(after: error))
                }
            }
        } catch let failure as TransactionFailure {
            throw failure
        } catch {
            throw TransactionFailure(cause: error, isRetryable: false)
        }
    }

    // MARK: Life

    /// Closes idle connections until the task is cancelled, then closes the pool and waits for what is lent.
    ///
    /// The pool works without it; a service runs it so that the pool ends after those who use it.
    public func run() async {
        let pause = max(min(limits.idleTimeout / 2, .seconds(30)), .milliseconds(10))
        while !Task.isCancelled {
            // Cancelled means that the loop ends.
            try? await Task.sleep(for: pause)
            let idle = shared.withLock { shared in
                shared.state.takeIdle(unusedSince: .now - limits.idleTimeout) { $0.health == .closed }
            }
            for connection in idle { await connection.close() }
        }
        await close()
        await drain()
    }

    /// Refuses new callers, sends away those who wait, and closes connections, lent ones when they come back.
    public func close() async {
        let (waiters, idle) = shared.withLock { shared in
            let (waiters, idle) = shared.state.close()
            return (waiters.compactMap { shared.waiters.removeValue(forKey: $0) }, idle)
        }
        for waiter in waiters { waiter.resolve(.failure(PoolWaiter.closedError)) }
        for connection in idle { await connection.close() }
    }

    private func drain() async {
        // A task of its own, awaited here: in the cancelled one no sleep would last.
        await Task {
            let end = ContinuousClock.now + limits.drainTimeout
            while !shared.withLock({ $0.state.isDrained }), .now < end {
                try? await Task.sleep(for: .milliseconds(10))
            }
        }.value
    }

    // MARK: Lending

    private func acquire() async throws -> PostgresConnection {
        let deadline = ContinuousClock.now + limits.acquireTimeout
        let grant = try await grant(until: deadline)
        if case .idle(let connection) = grant {
            if connection.health == .idle { return connection }
            await connection.close()
        }
        do {
            return try await connect(until: deadline)
        } catch {
            giveBack(nil)
            throw error
        }
    }

    private func grant(until deadline: ContinuousClock.Instant) async throws -> State.Grant {
        let waiter = PoolWaiter()
        let acquisition = shared.withLock { shared in
            let acquisition = shared.state.acquire()
            if case .wait(let id) = acquisition { shared.waiters[id] = waiter }
            return acquisition
        }
        switch acquisition {
        case .granted(let grant): return grant
        case .full: throw exhausted("\(limits.waiting) callers wait already")
        case .closed: throw PoolWaiter.closedError
        case .wait(let id):
            return try await withTaskCancellationHandler {
                try await withThrowingTaskGroup { group in
                    group.addTask {
                        try await Task.sleep(until: deadline, clock: .continuous)
                        self.giveUp(id, self.exhausted("none became free in \(self.limits.acquireTimeout)"))
                    }
                    defer { group.cancelAll() }
                    return try await waiter.grant()
                }
            } onCancel: {
                giveUp(id, PostgresError(code: .cancelled, message: "cancelled while waiting for a connection"))
            }
        }
    }

    private func giveUp(_ id: State.WaiterID, _ error: PostgresError) {
        let waiter = shared.withLock { shared in
            shared.state.giveUp(id) ? shared.waiters.removeValue(forKey: id) : nil
        }
        waiter?.resolve(.failure(error))
    }

    private func exhausted(_ reason: String) -> PostgresError {
        let last = shared.withLock { $0.lastConnectError }
        let cause = last.map { "; the last attempt to connect failed: \($0.message)" } ?? ""
        return PostgresError(
            code: .poolExhausted,
            message: "all \(limits.connections) connections to \(configuration) are in use and \(reason)\(cause)")
    }

    private func connect(until deadline: ContinuousClock.Instant) async throws -> PostgresConnection {
        while true {
            do {
                let left = deadline - .now
                let connection = try await PostgresConnection.connect(
                    configuration, logger: logger, timeout: min(configuration.connectTimeout, left))
                note(nil)
                return connection
            } catch let error as PostgresError {
                let failures = note(error)
                let pause = reconnect.delay(after: failures, random: random())
                guard error.isTransientConnectFailure, .now + pause < deadline else { throw error }
                logger.debug("connecting to the database failed", metadata: ["error": "\(error)"])
                try await Task.sleep(for: pause)
            }
        }
    }

    @discardableResult
    private func note(_ error: PostgresError?) -> Int {
        shared.withLock { shared in
            shared.lastConnectError = error
            shared.state.connected(error == nil)
            return shared.state.connectFailures
        }
    }

    private func release(_ connection: PostgresConnection) async {
        await connection.rollBack()
        // Another borrower expects a session like a new one.
        let reusable = connection.health == .idle && !connection.isListening
        let lent = giveBack(reusable ? connection : nil)
        if !lent { await connection.close() }
    }

    /// Ends a grant; true if the connection lives on in the pool or with the next caller.
    @discardableResult
    private func giveBack(_ connection: PostgresConnection?) -> Bool {
        let (next, kept) = shared.withLock { shared in
            let turn = shared.state.giveBack(connection, now: .now)
            let next = turn.flatMap { turn in
                shared.waiters.removeValue(forKey: turn.waiter).map { (waiter: $0, grant: turn.grant) }
            }
            return (next, connection != nil && !shared.state.isClosed)
        }
        if let next { next.waiter.resolve(.success(next.grant)) }
        return kept
    }
}
