import CanonicalModel
public import ConnectorKit
public import Postgres
import SyncCore
import SyncStore
import Synchronization

/// The rate budget of an account, kept in Postgres for all replicas.
///
/// A process that calls often takes a few calls ahead, so that not each of them asks the database. What was taken ahead
/// and is not used within `freshness` is given up: the account may make those calls a little later than it could have.
public final class SharedRateBudget: RateBudget {
    private struct Stock {
        var calls = 0
        var freshUntil: ContinuousClock.Instant
        /// How many calls are asked for ahead; grows while the stock is used up before it is stale, shrinks otherwise.
        var ahead = 0
        /// Whether somebody is asking for calls ahead; others ask for their own alone.
        var isAsking = false
    }

    /// How long calls that were taken ahead may be made: also for how long another replica may go on calling after this
    /// account was told to pause.
    static let freshness = Duration.milliseconds(250)
    /// How many requests like the present one are asked for ahead at most; one may cost many calls.
    private static let mostAhead = 256
    /// How long a call lets more urgent ones go first; after that it takes its turn like any other, so that backfill goes
    /// on, slowly, while dispatch and money use the account up.
    private static let yielding = Duration.seconds(2)
    /// What each class has at least of an account whose calls are many: a call yields for no more than so many others.
    private static let yieldedCalls = 20.0

    private let account: String
    private let pool: PostgresPool
    private let patience: Duration
    private let clock: any Clock<Duration>
    private let stock: Mutex<Stock>
    /// Where the calls of each class wait, by its number: only the first of a class asks the database, so that those who
    /// come last neither overtake the first nor are many.
    private let lines: [Turnstile]

    /// Takes the parts.
    ///
    /// - Parameter patience: the longest wait for one call; a longer one is a fault, so that the work is put off and its
    ///   lane is free.
    public init(
        account: String, pool: PostgresPool, patience: Duration = .seconds(5),
        clock: any Clock<Duration> = ContinuousClock()
    ) {
        self.account = account
        self.pool = pool
        self.patience = patience
        self.clock = clock
        stock = Mutex(Stock(freshUntil: .now))
        lines = SyncCommand.Priority.allCases.map { _ in Turnstile() }
    }

    /// Waits until so many calls may be made.
    public func take(_ cost: Int) async throws(ConnectorFault) {
        guard !takeAtHand(cost) else { return }
        let priority = CallPriority.current
        do {
            let line = lines[priority.rawValue]
            let waited = try await clock.measure { try await line.enter() }
            defer { line.leave() }
            try await takeAtHead(cost, priority, waited: waited)
        } catch let fault as ConnectorFault {
            throw fault
        } catch {
            throw ConnectorFault(
                .transient, code: "budget_unknown", message: "the account's rate budget cannot be read: \(error)",
                fix: "nothing to do: it is tried again once the database answers")
        }
    }

    /// Takes calls as the first of its class.
    private func takeAtHead(_ cost: Int, _ priority: SyncCommand.Priority, waited: Duration) async throws {
        guard let ahead = takeFromStock(cost) else { return }
        defer { if ahead > 0 { stock.withLock { $0.isAsking = false } } }
        var isYielding = true
        var atHead = Duration.zero
        while true {
            let reserve = isYielding ? priority.reserve : 0
            switch try await pool.run(RateBudgets.take(cost, ahead: ahead, of: account, reserve: reserve)) {
            case .granted(let calls):
                if calls > cost { keep(calls - cost) }
                return
            case .wait(var time, let perSecond):
                let others = Duration.seconds(Self.yieldedCalls * Double(cost) / max(perSecond, 0.001))
                let yielding = min(Self.yielding, others)
                if isYielding, reserve > 0 { time = min(time, max(yielding - atHead, .zero)) }
                guard waited + atHead + time <= patience else { throw exhausted(time) }
                try await clock.sleep(for: time)
                atHead += time
                isYielding = atHead < yielding
            }
        }
    }

    /// Keeps every replica from calling before the time is over.
    public func pause(for duration: Duration) async {
        stock.withLock { stock in
            stock.calls = 0
            // What is being taken ahead was granted before the vendor said so.
            stock.isAsking = false
        }
        // Where it cannot be written, the vendor refuses the next call, too, and says so again.
        try? await pool.run(RateBudgets.block(account, for: duration))
    }

    /// Takes calls that are at hand, without asking anybody; false where there are too few.
    private func takeAtHand(_ cost: Int) -> Bool {
        stock.withLock { stock in
            guard ContinuousClock.now < stock.freshUntil, stock.calls >= cost else { return false }
            stock.calls -= cost
            return true
        }
    }

    /// Takes calls that are at hand.
    ///
    /// - Returns: nil if there were enough; otherwise how many to ask the database for beyond these.
    private func takeFromStock(_ cost: Int) -> Int? {
        stock.withLock { stock in
            let isFresh = ContinuousClock.now < stock.freshUntil
            if isFresh, stock.calls >= cost {
                stock.calls -= cost
                return nil
            }
            guard !stock.isAsking else { return 0 }
            stock.ahead = isFresh ? min(max(stock.ahead * 2, cost), Self.mostAhead * cost) : stock.ahead / 2
            stock.calls = isFresh ? stock.calls : 0
            stock.freshUntil = .now + Self.freshness
            stock.isAsking = stock.ahead > 0
            return stock.ahead
        }
    }

    private func keep(_ calls: Int) {
        stock.withLock { stock in
            guard stock.isAsking else { return }
            stock.calls += calls
            stock.freshUntil = .now + Self.freshness
        }
    }

    private func exhausted(_ time: Duration) -> ConnectorFault {
        ConnectorFault(
            .rateLimited, code: "budget", message: "the account \(account) has used up its calls",
            fix: "nothing to do: it goes on when the vendor allows more", retryAfter: time)
    }
}
