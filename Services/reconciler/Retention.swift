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
        let settled = MessageTable.removeSettled(olderThan: settings.messages, limit: settings.batch)
        let messages = try await drain(settled.own) + drain(settled.foreign)
        let webhooks = try await drain(Webhooks.remove(olderThan: settings.webhooks, limit: settings.batch))
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
