import CanonicalModel
import ConnectorKit
import Logging
import Postgres
import SyncCore
import SyncStore

/// Takes in once more the webhooks of a connection whose dead letters are being replayed.
///
/// Their signature was found right when they came. What they name is marked like any other hint, in the transaction that
/// closes the letter; what still cannot be read keeps its letter.
struct WebhookReplays: Sendable {
    let connector: any Connector
    let declaration: ConnectionDeclaration
    let pool: PostgresPool
    let ids: IDSource
    let clock: @Sendable () -> Instant
    let logger: Logger

    /// Takes in all that were opened.
    func round() async throws {
        while try await takeSome() {}
    }

    private func takeSome() async throws -> Bool {
        let intake = WebhookIntake(connector: connector, declaration: declaration)
        return try await pool.withTransaction { transaction in
            let letters = try await transaction.run(
                DeadLetters.openedWebhooks(of: declaration.id, limit: Self.batch))
            guard !letters.isEmpty else { return false }
            let now = clock()
            var marks: [DirtyTable.Mark] = []
            var ended: [DeadLetters.TakenWebhook] = []
            for letter in letters {
                let delivery = WebhookDelivery(
                    method: "POST", url: "/webhooks/\(declaration.id)", headers: letter.headers, body: letter.payload)
                do throws(ConnectorFault) {
                    let hints = try intake.hints(in: delivery)
                    marks += hints.map { hint in
                        DirtyTable.Mark(
                            hint.native, in: declaration.id, correlation: letter.correlation ?? ids.next(now),
                            hintedAt: now)
                    }
                    ended.append(.init(letter.id, failure: nil))
                } catch {
                    ended.append(.init(letter.id, failure: error.message))
                }
            }
            var statements = marks.isEmpty ? [] : [DirtyTable.mark(marks)]
            statements.append(DeadLetters.tookIn(ended))
            if !marks.isEmpty { statements.append(WakeUp.dirty(declaration.id).notify) }
            try await transaction.commit(running: statements)
            logger.info(
                "Webhooks of dead letters were taken in once more",
                metadata: [
                    "count": "\(ended.count)", "failed": "\(ended.filter { $0.failure != nil }.count)",
                ])
            return letters.count == Self.batch
        }
    }

    private static let batch = 100
}
