import CanonicalModel
import ConnectorKit
import Logging
import Postgres
import SyncCore
import SyncStore

/// Neutralises objects that a create of ours has made late, beside the one that stands for the record.
struct Neutraliser: Sendable {
    let connector: any Connector
    let session: any VendorSession
    let pool: PostgresPool
    let ids: IDSource
    let logger: Logger

    /// How many objects are taken up at a time; there are hardly ever any.
    private static let limit = 20

    /// Takes up what is due.
    func round() async throws {
        let connection = session.declaration.id
        guard try await pool.run(Circuits.mayCall(connection, .writing)) else { return }
        for entry in try await pool.run(LateObjects.due(in: connection, limit: Self.limit)) {
            let outcome = await outcome(for: entry)
            let entries = notes(of: outcome, entry)
            try await pool.withTransaction { transaction in
                try await transaction.commit(
                    running: LateObjects.settle(entry, outcome), AuditLog.insert(entries))
            }
        }
    }

    private func outcome(for entry: LateObjects.Entry) async -> LateObjects.Outcome {
        do throws(ConnectorFault) {
            try await connector.neutralise(entry.key.native, madeFor: entry.record, session: session)
            return .neutralised
        } catch {
            let fault = session.redacted(error)
            let outcome = LateObjects.Outcome(after: fault, attempts: entry.attempts, spread: .random(in: 0...1))
            if outcome == .neutralised { return outcome }
            logger.warning(
                "An object that came late could not be neutralised",
                metadata: [
                    "external.id": "\(entry.key.native)", "error.code": "\(fault.code)", "error": "\(fault.message)",
                    "fix": "\(fault.fix)",
                ])
            return outcome
        }
    }

    private func notes(of outcome: LateObjects.Outcome, _ entry: LateObjects.Entry) -> [AuditEntry] {
        let result: String
        switch outcome {
        case .neutralised: result = "neutralised"
        case .givenUp(let failure): result = failure
        case .retry: return []
        }
        let now = session.now
        return [
            AuditEntry(
                id: ids.next(now), at: now,
                note: AuditNote(
                    .repaired, entity: entry.key.entity, record: entry.record, connection: entry.key.connection,
                    correlation: entry.correlation,
                    body: JSONValue.object([
                        "late_object": .string(entry.key.native.description), "result": .string(result),
                    ]).serialised()))
        ]
    }
}
