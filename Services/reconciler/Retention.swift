import CanonicalModel
import Logging
import Postgres
import SyncStore

/// Removes rows that nobody needs any more, in small batches.
struct Retention: Sendable {
    /// What is kept, and for how long.
    struct Settings: Sendable {
        /// Settled messages.
        var messages: Duration
        /// Webhooks as they came.
        var webhooks: Duration
        /// How many snapshots of each scope.
        var snapshots: Int
        /// Dead letters that ended; those about money stay for good.
        var letters: Duration
        /// Alerts that were resolved.
        var alerts = Duration.seconds(365 * 86_400)
        /// The most rows of one statement.
        var batch: Int
    }

    let settings: Settings
    let pool: PostgresPool
    let logger: Logger

    /// Removes batch after batch until one is not full.
    func run() async throws {
        let own = try await drain {
            MessageTable.removeSettled(olderThan: settings.messages, behind: $0, limit: settings.batch)
        }
        let foreign = try await drain {
            MessageTable.removeSettledForeign(olderThan: settings.messages, behind: $0, limit: settings.batch)
        }
        let messages = own + foreign
        let webhooks = try await drain {
            Webhooks.remove(olderThan: settings.webhooks, behind: $0, limit: settings.batch)
        }
        let letters = try await drain(DeadLetters.remove(olderThan: settings.letters, limit: settings.batch))
        let alerts = try await drain(Alerts.remove(olderThan: settings.alerts, limit: settings.batch))
        try await pool.run(Snapshots.prune(keeping: settings.snapshots))
        guard messages + webhooks + letters + alerts > 0 else { return }
        logger.info(
            "Old rows were removed",
            metadata: [
                "messages": "\(messages)", "webhooks": "\(webhooks)", "letters": "\(letters)",
                "alerts": "\(alerts)",
            ])
    }

    /// Each batch begins behind the one before; what that has passed over is for the next run.
    private func drain(_ statement: (CanonicalID) -> Statement<Removal>) async throws -> Int {
        var removed = 0
        var place = Removal.beginning
        while true {
            try Task.checkCancellation()
            let batch = try await pool.run(statement(place))
            removed += batch.count
            guard batch.count == settings.batch, let last = batch.last else { return removed }
            place = last
        }
    }

    private func drain(_ statement: Statement<Int>) async throws -> Int {
        var removed = 0
        while true {
            try Task.checkCancellation()
            let count = try await pool.run(statement)
            removed += count
            if count < settings.batch { return removed }
        }
    }
}
