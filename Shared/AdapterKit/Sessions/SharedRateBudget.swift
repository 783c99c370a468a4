public import ConnectorKit
public import Postgres
import SyncCore
import SyncStore

/// The rate budget of an account, kept in Postgres for all replicas.
public struct SharedRateBudget: RateBudget {
    private let account: String
    private let pool: PostgresPool
    private let patience: Duration
    private let clock: any Clock<Duration>

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
    }

    /// Waits until so many calls may be made.
    public func take(_ cost: Int) async throws(ConnectorFault) {
        do {
            var waited = Duration.zero
            while case .wait(let time) = try await pool.run(RateBudgets.take(cost, of: account)) {
                guard waited + time <= patience else { throw exhausted(time) }
                try await clock.sleep(for: time)
                waited += time
            }
        } catch let fault as ConnectorFault {
            throw fault
        } catch {
            throw ConnectorFault(
                .transient, code: "budget_unknown", message: "the account's rate budget cannot be read: \(error)",
                fix: "nothing to do: it is tried again once the database answers")
        }
    }

    /// Keeps every replica from calling before the time is over.
    public func pause(for duration: Duration) async {
        // Where it cannot be written, the vendor refuses the next call, too, and says so again.
        try? await pool.run(RateBudgets.block(account, for: duration))
    }

    private func exhausted(_ time: Duration) -> ConnectorFault {
        ConnectorFault(
            .rateLimited, code: "budget", message: "the account \(account) has used up its calls",
            fix: "nothing to do: it goes on when the vendor allows more", retryAfter: time)
    }
}
