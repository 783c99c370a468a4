import CanonicalModel
import Logging
import Postgres
import SyncCore
import SyncStore

/// Closes dead letters of state that something newer has settled, so that people see only what is left to do.
///
/// Work that succeeds closes its letters by itself. Here are the others: objects that were read since, records that were
/// merged, effects that were cancelled, events all of whose values are there or were overtaken by newer ones.
struct LetterSweeper: Sendable {
    let pool: PostgresPool
    let logger: Logger

    private static let batch = 500

    func sweep() async throws {
        var closed = try await drain(DeadLetters.resolveRead(limit: Self.batch))
        closed += try await drain(DeadLetters.resolveEndedWork(limit: Self.batch))
        closed += try await sweepEvents()
        guard closed > 0 else { return }
        logger.info(
            "Dead letters were closed, since something newer has settled them", metadata: ["count": "\(closed)"])
    }

    private func drain(_ statement: Statement<Int>) async throws -> Int {
        var closed = 0
        while true {
            try Task.checkCancellation()
            let count = try await pool.run(statement)
            closed += count
            if count < Self.batch { return closed }
        }
    }

    private func sweepEvents() async throws -> Int {
        var closed = 0
        var last: CanonicalID?
        while true {
            try Task.checkCancellation()
            let letters = try await pool.run(DeadLetters.overtakenEvents(after: last, limit: Self.batch))
            guard let end = letters.last?.letter else { return closed }
            last = end
            let records = try await pool.run(Records.read(Set(letters.map(\.record)))).records
            let known = Dictionary(records.map { ($0.id, $0) }) { first, _ in first }
            let over = letters.filter { letter in
                guard let record = known[letter.record], let event = try? EventCoding.decode(letter.payload),
                    event.change == .updated
                else { return false }
                return EventStanding(of: event, for: record).isOver
            }
            guard !over.isEmpty else { continue }
            closed += try await pool.run(
                DeadLetters.resolve(
                    events: over.map(\.letter), because: "the record has its values by now, or newer ones"))
        }
    }
}
