internal import Logging
internal import Messaging
internal import SocketThread
internal import Synchronization

/// Keeps one connection to the broker up, on a thread of its own.
///
/// The thread runs the actor's jobs, waits for the socket and for the timers, and makes every call of the C library.
/// `RecoveryState` decides when to connect again; the role says what the connection is for.
actor RabbitConnection<Role: ConnectionRole> {
    /// So many events are taken in before jobs get their turn again.
    private static var eventsPerPump: Int { 4096 }

    nonisolated let thread: SocketThread
    nonisolated let picture = Mutex(RabbitHealth())

    let configuration: RabbitConfiguration
    let topology: Topology
    private let name: String
    let logger: Logger
    private let lostQueues: LostQueueReports?

    var role: Role
    private(set) var handle: AMQPHandle?
    private var recovery = RecoveryState()
    private var nextAttempt = ContinuousClock.now
    /// Which of the broker's nodes is tried; all replicas together begin at all of them.
    private var turn: Int
    private var source: ConnectionSource?
    /// Queues that were not there and that nobody has been told of yet.
    var absentQueues: Set<String> = []
    private var isBlocked = false
    private var lastError: RabbitError? {
        didSet { lastErrorText = lastError.map { "\($0)" } }
    }
    private var lastErrorText: String?
    private var backlog = SendBacklog.none
    private var hasMoreEvents = false
    private(set) var isDraining = false
    private(set) var isClosed = false
    private var drainDeadline: ContinuousClock.Instant?
    private var closing: [CheckedContinuation<Void, Never>] = []
    private var starting: [(deadline: ContinuousClock.Instant, continuation: CheckedContinuation<Void, any Error>)] = []

    init(
        _ configuration: RabbitConfiguration, topology: Topology, name: String, logger: Logger,
        onLostQueue: (@Sendable (_ queue: String) async -> Void)?, role: sending Role
    ) {
        thread = SocketThread(name: "amqp-\(name)")
        self.configuration = configuration
        self.topology = topology
        self.name = name
        self.logger = logger
        lostQueues = onLostQueue.map(LostQueueReports.init)
        self.role = role
        turn = .random(in: 0..<configuration.nodeCount)
    }

    deinit {
        thread.stop()
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    nonisolated var health: RabbitHealth { picture.withLock(\.self) }

    /// Begins to connect, if that has not begun.
    func activate() {
        guard source == nil, !isClosed else { return }
        let thread = thread
        let source = ConnectionSource { [weak self] in
            guard let self else {
                // Dropped without a shutdown: nobody can wait for anything any more.
                thread.detach()
                return
            }
            self.assumeIsolated { $0.pump() }
        }
        self.source = source
        thread.attach(source)
    }

    /// Waits until the connection stands, retrying what may heal.
    func start(within limit: Duration) async throws {
        guard !isClosed, !isDraining else { throw shutDownError }
        activate()
        if handle != nil { return }
        try await withCheckedThrowingContinuation { continuation in
            starting.append((.now + limit, continuation))
        }
    }

    /// Finishes what is in flight, for at most `limit`, and closes.
    func shutDown(within limit: Duration) async {
        guard !isClosed else { return }
        if !isDraining {
            isDraining = true
            drainDeadline = .now + limit
            handle?.limitCalls(to: min(limit, configuration.callTimeout))
            role.drain(on: handle)
        }
        guard source != nil else { return close() }
        await withCheckedContinuation { closing.append($0) }
    }

    /// A send by a job of the role failed.
    func sendFailed(_ error: RabbitError) {
        connectionLost(error)
    }

    private var shutDownError: RabbitError {
        RabbitError(.shutDown, operation: "using the connection \(name)", detail: "it was shut down")
    }

    // MARK: The pump, between jobs and whenever the socket or a timer wants it

    private func pump() {
        guard !isClosed else { return }
        let now = ContinuousClock.now
        role.expire(now: now)
        failOverdueStarts(now: now)
        if isFinished(now: now) { return close() }
        if handle == nil, now >= nextAttempt { connect() }
        exchange()
        if isFinished(now: now) { return close() }
        updatePicture()
        schedule(now: now)
    }

    private func isFinished(now: ContinuousClock.Instant) -> Bool {
        guard let drainDeadline else { return false }
        return role.isDrained || now >= drainDeadline
    }

    private func connect() {
        let node = configuration.node(turn)
        do throws(RabbitError) {
            try examineSuspect(at: node)
            let handle = try AMQPHandle(node, name: "plumbline \(name)")
            try setUp(handle)
            self.handle = handle
        } catch {
            return connectionLost(error)
        }
        recovery.connected(now: .now)
        logger.info("connected to the broker", metadata: [LogKeys.peer: "\(node)"])
        for waiter in starting { waiter.continuation.resume() }
        starting = []
    }

    private func setUp(_ handle: AMQPHandle) throws(RabbitError) {
        try TopologyDeclaration(topology).apply(on: handle, absent: &absentQueues)
        lostQueues?.tell(absentQueues)
        absentQueues = []
        try handle.openChannel()
        try role.begin(on: handle)
    }

    /// Takes in what has arrived, then sends what can be sent.
    private func exchange() {
        guard let handle else { return }
        do throws(RabbitError) {
            hasMoreEvents = try receiveEvents(from: handle)
            guard self.handle === handle else { return }
            backlog = isBlocked ? .none : try role.flush(on: handle)
        } catch {
            connectionLost(error)
        }
    }

    private func receiveEvents(from handle: AMQPHandle) throws(RabbitError) -> Bool {
        var count = 0
        defer {
            handle.releaseBuffers()
            role.deliver()
        }
        while count < Self.eventsPerPump {
            // An event may have ended this connection.
            guard count == 0 || self.handle === handle, let event = try handle.nextEvent() else { return false }
            count += 1
            switch event {
            case .channelClosed(let error):
                try reopenChannel(of: handle, after: error)
            case .consumerCancelled:
                try handle.closeChannel()
                let error = RabbitError(
                    .channelClosed, operation: "consuming", detail: "the broker cancelled the consumer")
                try reopenChannel(of: handle, after: error)
            case .blocked(let reason):
                isBlocked = true
                logger.info("the broker blocks publishing", metadata: [LogKeys.error: "\(reason)"])
            case .unblocked:
                isBlocked = false
                logger.info("the broker takes messages again")
            default:
                try role.receive(event)
            }
            if count.isMultiple(of: 64) { handle.releaseBuffers() }
        }
        return true
    }

    private func reopenChannel(of handle: AMQPHandle, after error: RabbitError) throws(RabbitError) {
        lastError = error
        logger.info("the channel was closed", metadata: metadata(of: error))
        role.lost("\(error)")
        if isDraining, role.isDrained { return }
        switch recovery.channelLost(now: .now, spread: .random(in: 0...1)) {
        case .reopenChannel: try setUp(handle)
        case .reconnect(let instant): drop(until: instant)
        }
    }

    private func connectionLost(_ error: RabbitError) {
        lastError = error
        logger.info("no connection to the broker", metadata: metadata(of: error))
        role.lost("\(error)")
        // Another node of the cluster may go on.
        turn = (turn + 1) % configuration.nodeCount
        guard case .reconnect(let instant) = recovery.lost(now: .now, spread: .random(in: 0...1)) else { return }
        drop(until: instant)
        guard !error.isTransient else { return }
        for waiter in starting { waiter.continuation.resume(throwing: error) }
        starting = []
    }

    private func drop(until instant: ContinuousClock.Instant) {
        handle = nil
        isBlocked = false
        backlog = .none
        hasMoreEvents = false
        nextAttempt = instant
    }

    private func failOverdueStarts(now: ContinuousClock.Instant) {
        let error = lastError ?? RabbitError(.timedOut, operation: "connecting", detail: "no connection in time")
        starting.removeAll { waiter in
            guard waiter.deadline <= now else { return false }
            waiter.continuation.resume(throwing: error)
            return true
        }
    }

    private func schedule(now: ContinuousClock.Instant) {
        guard let source else { return }
        source.descriptor = handle?.descriptor ?? -1
        source.wantsWrite = backlog == .socketFull
        if hasMoreEvents || backlog == .more {
            source.nextPump = now
            return
        }
        // The library sends and checks heartbeats only when it is called.
        let tick = handle == nil ? nextAttempt : now + configuration.heartbeat / 4
        let timers = [tick, role.nextDeadline, drainDeadline] + starting.map { $0.deadline }
        source.nextPump = timers.compactMap(\.self).min()
    }

    private func updatePicture() {
        var health = RabbitHealth()
        health.isConnected = handle != nil
        health.isBlocked = isBlocked
        health.inFlight = role.inFlight
        health.waiting = role.waiting
        health.reconnects = recovery.reconnects
        health.lastError = lastErrorText
        picture.withLock { $0 = health }
    }

    private func close() {
        isClosed = true
        role.finish("\(shutDownError)")
        // A blocked broker does not read, so it would not answer a farewell either.
        if !isBlocked { handle?.close(within: min(.seconds(2), configuration.callTimeout)) }
        handle = nil
        updatePicture()
        for waiter in starting { waiter.continuation.resume(throwing: shutDownError) }
        starting = []
        if source != nil { thread.detach() }
        source = nil
        thread.stop()
        for waiter in closing { waiter.resume() }
        closing = []
    }

    private func metadata(of error: RabbitError) -> Logger.Metadata {
        [LogKeys.peer: "\(configuration.node(turn))", LogKeys.errorCode: "\(error.code)", LogKeys.error: "\(error)"]
    }
}
