/// Decides who gets which connection of a pool, in the order of asking.
///
/// Pure: it opens nothing and waits for nothing. A *grant* is the right to use one connection; there are as many as the
/// pool may have connections, so that idle and lent connections together never exceed the size.
struct PoolState<Connection> {
    typealias WaiterID = UInt64

    /// What the holder of a grant starts with.
    enum Grant {
        /// A connection that was idle. It may have ended meanwhile: then it is replaced by a new one.
        case idle(Connection)
        /// Nothing: the holder connects by itself.
        case connect
    }

    enum Acquisition {
        case granted(Grant)
        case wait(WaiterID)
        /// As many wait already as may.
        case full
        case closed
    }

    private struct Idle {
        var connection: Connection
        var since: ContinuousClock.Instant
    }

    private let size: Int
    private let maximumWaiting: Int
    private var idle: [Idle] = []
    private var waiters: [WaiterID] = []
    private var nextWaiter: WaiterID = 0
    private(set) var granted = 0
    private(set) var isClosed = false
    /// Attempts to connect that failed since the last that succeeded.
    private(set) var connectFailures = 0

    init(size: Int, maximumWaiting: Int) {
        self.size = max(size, 1)
        self.maximumWaiting = max(maximumWaiting, 0)
    }

    var idleCount: Int {
        idle.count
    }

    var waitingCount: Int {
        waiters.count
    }

    /// Whether nothing is lent any more.
    var isDrained: Bool {
        isClosed && granted == 0
    }

    /// Asks for a connection.
    mutating func acquire() -> Acquisition {
        if isClosed { return .closed }
        // Whoever waits already goes first.
        if granted < size, waiters.isEmpty {
            granted += 1
            // The one used last is the warmest, and the others may grow old and be closed.
            return .granted(idle.popLast().map { .idle($0.connection) } ?? .connect)
        }
        guard waiters.count < maximumWaiting else { return .full }
        nextWaiter += 1
        waiters.append(nextWaiter)
        return .wait(nextWaiter)
    }

    /// Gives a grant back, with the connection if it can be used again.
    ///
    /// - Returns: the waiter whose turn it is, and what it gets.
    mutating func giveBack(
        _ connection: Connection?, now: ContinuousClock.Instant
    ) -> (waiter: WaiterID, grant: Grant)? {
        guard !isClosed, !waiters.isEmpty else {
            granted -= 1
            if !isClosed, let connection { idle.append(Idle(connection: connection, since: now)) }
            return nil
        }
        return (waiters.removeFirst(), connection.map { .idle($0) } ?? .connect)
    }

    /// Takes a waiter out of the queue; false if its turn has come already.
    mutating func giveUp(_ waiter: WaiterID) -> Bool {
        guard let index = waiters.firstIndex(of: waiter) else { return false }
        waiters.remove(at: index)
        return true
    }

    /// Takes out the connections that were not used since a time, and those that a test finds unfit.
    mutating func takeIdle(
        unusedSince time: ContinuousClock.Instant, or isUnfit: (Connection) -> Bool
    ) -> [Connection] {
        var taken: [Connection] = []
        idle.removeAll { entry in
            let goes = entry.since < time || isUnfit(entry.connection)
            if goes { taken.append(entry.connection) }
            return goes
        }
        return taken
    }

    /// Refuses everybody from now on.
    ///
    /// - Returns: who waited, and the connections to close; lent ones come back and are closed then.
    mutating func close() -> (waiters: [WaiterID], idle: [Connection]) {
        isClosed = true
        defer {
            waiters = []
            idle = []
        }
        return (waiters, idle.map(\.connection))
    }

    /// Counts an attempt to connect.
    mutating func connected(_ succeeded: Bool) {
        connectFailures = succeeded ? 0 : connectFailures + 1
    }
}

extension PoolState.Grant: Sendable where Connection: Sendable {}
extension PoolState.Acquisition: Sendable where Connection: Sendable {}
