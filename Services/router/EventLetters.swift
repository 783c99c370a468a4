import CanonicalModel
import Logging
import Messaging
import Postgres
import SyncCore
import SyncStore

/// Turns an event that cannot be routed into a dead letter, and settles it.
struct EventLetters: Sendable {
    let pool: PostgresPool
    let names: BrokerNames
    let ids: IDSource
    let clock: @Sendable () -> Instant
    let logger: Logger

    /// Buries a message that cannot be read.
    func bury(_ message: IncomingMessage, fault: CodingFault) async throws {
        try await bury(
            message, failureClass: .undecodable, code: fault.code.rawValue, failure: fault.description,
            fix: "see which sender wrote it; replay it once a version that can read it runs")
    }

    /// Buries an event that the router stumbles over.
    func bury(_ message: IncomingMessage, failure: any Error) async throws {
        try await bury(
            message, failureClass: .validation, code: "routing", failure: "\(failure)",
            fix: "replay it after the cause is mended; the event is kept as it came")
    }

    private func bury(
        _ message: IncomingMessage, failureClass: FailureClass, code: String, failure: String, fix: String
    ) async throws {
        let now = clock()
        let key = MessageKey(of: message, in: names.routerEvents)
        let correlation = message.headers[MessageHeaders.correlationID].flatMap { CanonicalID($0) }
        // What cannot be routed can often be read, and says then what it is about.
        let event = try? EventCoding.decode(message.body)
        let letter = DeadLetters.Letter(
            id: ids.next(now), source: .event, queue: names.routerEvents, message: key.id, generation: key.generation,
            connection: event?.connection, entity: event?.entity, native: event?.native,
            failureClass: failureClass, code: code, failure: failure, fix: fix, attempts: 1, failedAt: now,
            correlation: correlation, headers: message.headers, payload: message.body)
        let entry = AuditEntry(
            id: ids.next(now), at: now,
            note: AuditNote(
                .deadLettered, correlation: correlation, message: key.id,
                body: JSONValue.object(["code": .string(code), "failure": .string(failure)]).serialised()))
        try await pool.withTransaction { transaction in
            try await transaction.commit(
                running: MessageTable.settle([key]).discarded,
                DeadLetters.insert([letter]), AuditLog.insert([entry]))
        }
        logger.error(
            "An event became a dead letter",
            metadata: [LogKeys.messageID: "\(key.id)", LogKeys.errorCode: "\(code)", LogKeys.error: "\(failure)"])
    }
}
