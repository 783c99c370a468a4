internal import CLibPQ
internal import Glibc
internal import Logging
internal import SocketThread

/// Owns one `PGconn` and waits for it with a deadline.
///
/// Every call runs on the connection's own thread: the manual forbids "two threads attempt to manipulate the same
/// PGconn object at the same time". libpq is in non-blocking mode throughout; the only place that blocks is `poll`, in
/// `wait`, which also sees cancellation.
final class LibPQHandle {
    private(set) var connection: OpaquePointer?
    let logger: Logger
    let wakeup: WakeupEvent
    private let cancelGrace: Duration
    private let notices: NoticeSink
    var statements: StatementCache
    /// What each transaction sets for itself; nil when the session has it.
    let settings: SQL?

    // The interruption of the running call, once it has been passed on to the server.
    private(set) var interruption: Call.Interruption?
    private var cancelRequest: CancelRequest?
    private var abandonAt: ContinuousClock.Instant?
    /// Whether a COPY has rows left to give.
    var isCopyingOut = false
    /// Called for each channel that a notification has come for.
    var onNotification: (String) -> Void = { _ in }

    /// Connects, within the call's deadline.
    init(
        _ configuration: PostgresConfiguration, call: Call, wakeup: WakeupEvent, logger: Logger
    ) throws(PostgresError) {
        self.logger = logger
        self.wakeup = wakeup
        cancelGrace = configuration.cancelGrace
        notices = NoticeSink(logger: logger)
        statements = StatementCache(capacity: configuration.statementCacheCapacity)
        settings = configuration.transactionSettings
        connection = Self.start(configuration.connectionParameters)
        do {
            try establish(call)
        } catch {
            close()
            throw error.during("connect to \(configuration)")
        }
    }

    deinit {
        close()
    }

    /// Whether the connection has not been seen to break.
    var isOpen: Bool {
        connection != nil && PQstatus(connection) == CONNECTION_OK
    }

    var health: PostgresConnection.Health {
        guard isOpen else { return .closed }
        return transactionStatus == PQTRANS_IDLE ? .idle : .inTransaction
    }

    var transactionStatus: PGTransactionStatusType {
        PQtransactionStatus(connection)
    }

    var socket: Int32 {
        isOpen ? PQsocket(connection) : -1
    }

    /// Ends the session: the only place that frees the handle.
    func close() {
        PQfinish(connection)
        connection = nil
    }

    // MARK: Connecting

    private static func start(_ parameters: [(name: String, value: String)]) -> OpaquePointer? {
        var keys: [UnsafePointer<CChar>?] = []
        var values: [UnsafePointer<CChar>?] = []
        for (name, value) in parameters {
            keys.append(UnsafePointer(strdup(name)))
            values.append(UnsafePointer(strdup(value)))
        }
        defer { for text in keys + values { free(UnsafeMutablePointer(mutating: text)) } }
        return PQconnectStartParams(keys + [nil], values + [nil], 0)
    }

    private func establish(_ call: Call) throws(PostgresError) {
        guard let connection, PQstatus(connection) != CONNECTION_BAD else { throw connectFailure() }
        notices.attach(to: connection)
        // With the SQLSTATE in the text; a refused connection has no PGresult to read it from.
        PQsetErrorVerbosity(connection, PQERRORS_VERBOSE)
        var state = PGRES_POLLING_WRITING
        while state != PGRES_POLLING_OK {
            guard state != PGRES_POLLING_FAILED else { throw connectFailure() }
            // The socket may differ from one step to the next.
            let events = Int16(state == PGRES_POLLING_READING ? POLLIN : POLLOUT)
            if let interruption = call.interruption(at: .now) {
                throw interruption.error("the server had not accepted the connection")
            }
            // libpq takes being called for the socket's being ready.
            if poll(PQsocket(connection), events, until: call.deadline) == 0 { continue }
            state = PQconnectPoll(connection)
        }
        guard PQsetnonblocking(connection, 1) == 0, PQenterPipelineMode(connection) == 1 else {
            throw connectFailure()
        }
    }

    private func connectFailure() -> PostgresError {
        let text = connection.map { String(cString: PQerrorMessage($0)) } ?? "out of memory"
        return ServerMessage.connectFailure(text)
    }

    // MARK: Waiting

    /// Begins a call: what an earlier one left behind is cleared.
    func begin(_ call: Call) throws(PostgresError) {
        wakeup.clear()
        interruption = nil
        cancelRequest = nil
        abandonAt = nil
        if let interruption = call.interruption(at: .now) { throw interruption.error("nothing was sent") }
        guard isOpen else { throw lost() }
    }

    /// Ends a call whose answer has been read to its end.
    ///
    /// A cancel request that is still on its way could hit the next statement, so it is waited for; a connection whose
    /// request does not come back is given up.
    func finish() {
        guard let request = cancelRequest, let abandonAt else { return }
        while !request.isFinished, isOpen {
            guard ContinuousClock.now < abandonAt else { return close() }
            _ = poll(-1, 0, until: abandonAt)
        }
    }

    /// Waits until the socket may be read, or written if there is output left; takes in what has arrived.
    func wait(_ call: Call, forOutput: Bool) throws(PostgresError) {
        let now = ContinuousClock.now
        if interruption == nil, let reason = call.interruption(at: now) {
            interruption = reason
            abandonAt = now + cancelGrace
            cancelRequest = connection.flatMap { CancelRequest.send(for: $0, wakeup: wakeup) }
        }
        if let interruption, let abandonAt, now >= abandonAt {
            close()
            throw interruption.error("the server did not react to the cancellation, and the connection was dropped")
        }
        // What TLS has decrypted already does not make the socket readable again.
        guard shim_tls_pending(connection) == 0 else {
            PQconsumeInput(connection)
            return
        }
        let events = Int16(POLLIN) | (forOutput ? Int16(POLLOUT) : 0)
        let ready = poll(PQsocket(connection), events, until: abandonAt ?? call.deadline)
        // Its failure is kept by libpq and comes out as the next result.
        if ready & ~Int16(POLLOUT) != 0 { PQconsumeInput(connection) }
    }

    /// Sends what is buffered; true when there is some left that the socket does not take now.
    func flush() -> Bool {
        // After a failed write the server's last words may still be unread; they come out as the next result.
        PQflush(connection) > 0
    }

    private func poll(_ descriptor: Int32, _ events: Int16, until end: ContinuousClock.Instant) -> Int16 {
        var descriptors = [
            pollfd(fd: descriptor, events: events, revents: 0),
            pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        let left = min((end - .now).wholeMilliseconds, Int64(Int32.max))
        _ = Glibc.poll(&descriptors, 2, Int32(left))
        if descriptors[1].revents != 0 { wakeup.clear() }
        return descriptors[0].revents
    }

    // MARK: Between calls

    /// Takes in what arrived while no call was running: notifications, and the end of the connection.
    func pump(readable: Bool) {
        guard isOpen else { return }
        if readable {
            repeat {
                guard PQconsumeInput(connection) == 1 else {
                    logger.debug("the database connection ended while idle")
                    return
                }
                // Parses what has arrived, which files the notifications and makes room.
                _ = PQisBusy(connection)
            } while shim_tls_pending(connection) > 0
        }
        while let notification = PQnotifies(connection) {
            onNotification(String(cString: notification.pointee.relname))
            PQfreemem(notification)
        }
    }

    /// The error of a connection that ended.
    func lost() -> PostgresError {
        guard let connection else { return PostgresError(code: .closed, message: "the connection is closed") }
        let text = ServerMessage.excerpt(of: String(cString: PQerrorMessage(connection)), limit: 300)
        return PostgresError(
            code: .connectionLost,
            message: text.isEmpty ? "the connection to the database ended" : "the connection ended: \(text)")
    }
}
