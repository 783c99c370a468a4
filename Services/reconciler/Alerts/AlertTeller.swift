import CanonicalModel
import Logging
import Postgres
import SyncStore
import VendorHTTP

/// Sends alerts to their receiver, at least once, until it has taken each as it is by then.
struct AlertTeller: Sendable {
    let receiver: AlertReceiver?
    let transport: any HTTPTransport
    let pool: PostgresPool
    let clock: @Sendable () -> Instant
    /// A number from 0 to 1 that spreads the waits.
    let jitter: @Sendable () -> Double
    let logger: Logger

    /// So many are sent at once.
    private static let width = 20
    /// The longest wait before another try.
    private static let ceiling = Duration.seconds(300)

    /// Sends what is to be sent by now.
    func tell() async throws {
        guard let receiver else { return try await pool.run(Alerts.tellNobody) }
        let alerts = try await pool.run(Alerts.untold(limit: Self.width))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for alert in alerts { group.addTask { try await send(alert, to: receiver) } }
            try await group.waitForAll()
        }
    }

    private func send(_ alert: Alert, to receiver: AlertReceiver) async throws {
        let failure: String
        do {
            let response = try await transport.send(AlertMessage(alert: alert).request(to: receiver, at: clock()))
            if response.isSuccess { return try await pool.run(Alerts.told(alert.id, sequence: alert.sequence)) }
            failure = "the receiver has answered \(response.status)"
        } catch let error as VendorHTTPError {
            failure = "\(error)"
        }
        let wait = Self.wait(after: alert.telling.failures, jitter: jitter())
        try await pool.run(Alerts.notTold(alert.id, because: failure, again: wait))
        logger.warning(
            "An alert could not be sent",
            metadata: ["alert": "\(alert.id)", "attempt": "\(alert.telling.failures + 1)", "error": "\(failure)"])
    }

    /// From half of to the whole of 1, 2, 4 … seconds, at most five minutes.
    static func wait(after failures: Int, jitter: Double) -> Duration {
        let whole = min(Duration.seconds(1 << min(failures, 9)), ceiling)
        return whole * (0.5 + 0.5 * min(max(jitter, 0), 1))
    }
}
