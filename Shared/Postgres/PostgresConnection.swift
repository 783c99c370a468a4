public import Logging
internal import SocketThread
internal import Synchronization

/// One session with the database, on an OS thread of its own.
///
/// A call blocks that thread alone and ends by its deadline: the server is then asked to give up, and if it does not,
/// the connection is dropped. Calls run one after the other in the order in which they were made. Cancelling the task
/// of a call has the same effect as its deadline.
///
/// A connection that broke stays broken; `PostgresPool` replaces it.
public actor PostgresConnection: PostgresQuerying {
    private let thread: SocketThread
    private let wakeup: WakeupEvent
    private let configuration: PostgresConfiguration
    private let snapshot: Snapshot
    private var handle: LibPQHandle?
    private var listeners: [String: AsyncStream<Void>.Continuation] = [:]
    /// Whether a COPY has rows left to give, so that nothing else may be sent.
    var isCopying = false

    /// The thread that owns the connection.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        thread.asUnownedSerialExecutor()
    }

    /// Connects.
    ///
    /// - Parameter timeout: for this one attempt; the configuration's `connectTimeout` if nil.
    /// - Throws: `PostgresError` with code `.connectionFailed`, `.timedOut` or `.cancelled`.
    public static func connect(
        _ configuration: PostgresConfiguration, logger: Logger = Logger(label: "plumbline.postgres"),
        timeout: Duration? = nil
    ) async throws -> PostgresConnection {
        let connection = PostgresConnection(configuration)
        let call = Call(deadline: .now + (timeout ?? configuration.connectTimeout), wakeup: connection.wakeup)
        do {
            try await withTaskCancellationHandler {
                try await connection.open(call, logger: logger)
            } onCancel: {
                call.cancel()
            }
        } catch {
            await connection.close()
            throw error
        }
        return connection
    }

    private init(_ configuration: PostgresConfiguration) {
        self.configuration = configuration
        thread = SocketThread(name: "postgres")
        wakeup = WakeupEvent()
        snapshot = Snapshot()
    }

    isolated deinit {
        release()
    }

    private func open(_ call: Call, logger: Logger) throws(PostgresError) {
        let handle = try LibPQHandle(configuration, call: call, wakeup: wakeup, logger: logger)
        self.handle = handle
        handle.onNotification = { [weak self] channel in
            self?.assumeIsolated { $0.wake(channel) }
        }
        thread.attach(
            HandleSource(handle) { [weak self] in
                self?.assumeIsolated { $0.refreshSnapshot() }
            })
        refreshSnapshot()
    }

    // MARK: Statements

    /// Runs statements in one round trip, in order, up to the first that fails.
    ///
    /// Outside a transaction they are one transaction of their own.
    ///
    /// - Parameter timeout: from now to the last answer; the configuration's `callTimeout` if nil.
    /// - Returns: one result for each statement.
    /// - Throws: `PostgresError`, whose `statementIndex` tells which statement failed.
    public func pipeline(_ statements: [SQL], timeout: Duration?) async throws -> [PostgresResult] {
        try await perform(timeout) { handle, call throws(PostgresError) in
            try handle.pipeline(statements, commits: false, call: call)
        }
    }

    /// Runs the statements of a text in the simple protocol, such as those of a migration.
    ///
    /// - Parameter operation: how errors name the text.
    public func script(_ text: String, operation: String, timeout: Duration? = nil) async throws {
        try await perform(timeout) { handle, call throws(PostgresError) in
            try handle.script(text, operation: operation, call: call)
        }
    }

    /// Rolls back whatever transaction is open, even when the task is cancelled.
    ///
    /// A connection that cannot do so is closed, which has the same effect.
    nonisolated func rollBack() async {
        if health == .inTransaction { await rollBackHere() }
    }

    private func rollBackHere() {
        let call = Call(deadline: .now + configuration.connectTimeout, wakeup: wakeup)
        do {
            _ = try run(call) { handle, call throws(PostgresError) in
                try handle.pipeline(["rollback"], commits: false, call: call)
            }
        } catch {
            release()
        }
    }

    // MARK: Wake-ups

    /// Listens on a channel; each notification is a wake-up.
    ///
    /// A wake-up is a hint only: it carries no payload, several may come as one, and none comes for what happened while
    /// the connection was away. So look at the tables first, then at each wake-up, and at intervals besides. The stream
    /// ends with the connection. Listening again on the same channel ends the earlier stream.
    public func listen(_ channel: String) async throws -> AsyncStream<Void> {
        guard !configuration.behindTransactionPooler else {
            throw PostgresError(
                code: .protocolViolation,
                message: "a transaction pooler passes no notification on; listen at the server itself")
        }
        _ = try await execute("listen \(identifier: channel)")
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        listeners.updateValue(continuation, forKey: channel)?.finish()
        refreshSnapshot()
        return stream
    }

    private func wake(_ channel: String) {
        listeners[channel]?.yield()
    }

    // MARK: Ending

    /// Whether the connection can be used, and whether a transaction is open; as of the last call or idle event.
    public nonisolated var health: Health {
        snapshot.value.health
    }

    /// Whether this session has listened, so that it is not like a new one.
    nonisolated var isListening: Bool {
        snapshot.value.isListening
    }

    /// Ends the session, harmlessly when repeated; statements that wait are refused.
    public func close() {
        release()
    }

    private func release() {
        handle?.close()
        refreshSnapshot()
        handle = nil
        thread.detach()
        thread.stop()
    }

    private func refreshSnapshot() {
        let health = handle?.health ?? .closed
        snapshot.value = Snapshot.Value(health: health, isListening: !listeners.isEmpty)
        guard health == .closed else { return }
        for listener in listeners.values { listener.finish() }
        listeners = [:]
    }

    // MARK: Calls

    /// Runs a piece of work on the connection's thread, with a deadline and under cancellation.
    nonisolated func perform<Value: Sendable>(
        _ timeout: Duration?, _ body: @Sendable (LibPQHandle, Call) throws(PostgresError) -> Value
    ) async throws -> Value {
        let call = makeCall(timeout)
        return try await withTaskCancellationHandler {
            try await run(call, body)
        } onCancel: {
            call.cancel()
        }
    }

    /// A call that begins now.
    nonisolated func makeCall(_ timeout: Duration?) -> Call {
        Call(deadline: .now + (timeout ?? configuration.callTimeout), wakeup: wakeup)
    }

    /// Runs a piece of work of a call on this thread.
    func run<Value>(
        _ call: Call, duringCopy: Bool = false,
        _ body: (LibPQHandle, Call) throws(PostgresError) -> Value
    ) throws(PostgresError) -> Value {
        guard let handle else { throw PostgresError(code: .closed, message: "the connection is closed") }
        guard isCopying == duringCopy else {
            throw PostgresError(
                code: .protocolViolation,
                message: "a COPY is running on this connection; use another one meanwhile")
        }
        defer { refreshSnapshot() }
        return try body(handle, call)
    }
}

extension PostgresConnection {
    /// The state of a session.
    public enum Health: Sendable {
        /// Nothing is open.
        case idle
        /// A transaction is open, or failed and not rolled back.
        case inTransaction
        /// The session has ended.
        case closed
    }

    private final class Snapshot: Sendable {
        struct Value {
            var health = Health.closed
            var isListening = false
        }

        private let mutex = Mutex(Value())

        var value: Value {
            get { mutex.withLock { $0 } }
            set { mutex.withLock { $0 = newValue } }
        }
    }
}
