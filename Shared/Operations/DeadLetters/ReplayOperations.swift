public import CanonicalModel
public import Postgres
internal import SyncCore
internal import SyncStore

/// Replays dead letters: many together, a few at a time.
///
/// This only writes down what is wanted; the reconciler opens letter after letter, behind all that is live.
public struct ReplayOperations: Sendable {
    let letters: DeadLetterOperations

    private var pool: PostgresPool { letters.pool }

    /// Takes the database and the clock.
    public init(_ pool: PostgresPool, now: @escaping @Sendable () -> Instant) {
        letters = DeadLetterOperations(pool, now: now)
    }

    /// Takes every open letter that a query names into a new replay.
    ///
    /// - Parameter failureLimit: after so many failures it stops.
    /// - Returns: the replay; nil where no open letter is left to take.
    public func start(
        _ query: DeadLetterQuery, by name: String, reason: String, failureLimit: Int
    ) async throws -> ReplayReport? {
        var open = query
        open.states = ["open"]
        let filter = try await letters.filter(open)
        let id = IDSource.random.next(letters.now())
        let words = query.description
        return try await pool.withTransaction { transaction in
            let total = try await transaction.runPatiently(
                Replays.start(
                    id, filter, by: name, reason: reason, filterText: words, failureLimit: failureLimit))
            guard total > 0 else { return nil }
            let entry = letters.entry(
                name, "dead-letters replay", nil,
                [
                    "replay": .string(id.description), "letters": .string(words), "count": .int(total),
                    "reason": .string(reason), "failure_limit": .int(failureLimit),
                ])
            let (_, row) = try await transaction.commit(running: AuditLog.insert([entry]), Replays.find(id))
            return row.map { ReplayReport(row: $0) }
        }
    }

    /// Replays, newest first; those that are not over unless all are wanted.
    public func list(all: Bool, limit: Int) async throws -> [ReplayReport] {
        try await pool.run(Replays.list(all: all, limit: limit)).map { ReplayReport(row: $0) }
    }

    /// A replay with the letters that did not end well; nil where there is none.
    public func show(_ id: CanonicalID, failures: Int = 20) async throws -> ReplayReport? {
        let (row, items) = try await pool.run(Replays.find(id), Replays.failures(of: id, limit: failures))
        return row.map { ReplayReport(row: $0, items: items) }
    }

    /// What can be done with a replay that is not over.
    public enum Verb: String, Sendable, CaseIterable {
        /// Opens no more letters; what is under way ends by itself.
        case pause
        /// Goes on, also after it has stopped; failures count anew.
        case resume
        /// Ends it; letters whose turn has not come are open again.
        case abort
    }

    /// Does something with a replay.
    ///
    /// - Throws: `OperationFailure` where there is no such replay, or it is in no state for that.
    public func change(_ id: CanonicalID, _ verb: Verb, by name: String, reason: String?) async throws -> ReplayReport {
        let (from, to): ([Replays.State], Replays.State) =
            switch verb {
            case .pause: ([.running], .paused)
            case .resume: ([.paused, .stopped], .running)
            case .abort: ([.running, .paused, .stopped], .aborted)
            }
        return try await pool.withTransaction { transaction in
            guard let row = try await transaction.run(Replays.lock(id)) else {
                throw OperationFailure("there is no replay \(id)")
            }
            guard try await transaction.run(Replays.move(id, from: from, to: to, note: reason)) else {
                throw OperationFailure("the replay \(id) is \(row.state.rawValue): \(verb.rawValue) does not apply")
            }
            if verb == .abort { _ = try await transaction.runPatiently(Replays.release(id)) }
            let entry = letters.entry(
                name, "dead-letters replays \(verb.rawValue)", nil,
                ["replay": .string(id.description), "reason": .text(reason)])
            let (_, changed) = try await transaction.commit(running: AuditLog.insert([entry]), Replays.find(id))
            return ReplayReport(row: changed ?? row)
        }
    }
}
