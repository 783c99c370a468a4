public import CanonicalModel
internal import Postgres
internal import SyncCore
internal import SyncStore

/// Putting letters aside, and bringing them back.
extension DeadLetterOperations {
    /// What became of letters that somebody wanted to put aside or to bring back.
    public struct Moved: Sendable, Hashable {
        /// How many were.
        public var count: Int
        /// How many stayed as they are, since they are about money and that was not asked for by name.
        public var money: Int
        /// How many stayed as they are, since another open letter stands for the same failure.
        public var taken: Int

        /// For people.
        public func text(_ done: String) -> String {
            var text = "\(count) \(count == 1 ? "letter" : "letters") \(done)"
            if money > 0 {
                text += "; \(money) about money \(money == 1 ? "stays" : "stay") open: name them with --money"
            }
            if taken > 0 {
                text += "; \(taken) \(taken == 1 ? "stays" : "stay") archived, since the same has failed again"
            }
            return text
        }

        /// For programs.
        public func json(_ done: String) -> JSONValue {
            [done: .int(count), "money_left": .int(money), "taken": .int(taken)]
        }
    }

    /// Puts open letters aside, for good reason; each is recorded in the audit log with who did it and why.
    ///
    /// - Parameter money: also those about money, which nobody puts aside by accident.
    public func archive(
        _ query: DeadLetterQuery, money: Bool, by name: String, reason: String
    ) async throws -> Moved {
        let filter = try await filter(query)
        return try await move("archive", reason: reason, by: name, query) {
            DeadLetters.archive(filter, money: money, by: name, reason: reason)
        }
    }

    /// Opens archived letters again.
    public func restore(_ query: DeadLetterQuery, by name: String, reason: String) async throws -> Moved {
        var wanted = query
        wanted.states = ["archived"]
        let filter = try await filter(wanted)
        return try await move("restore", reason: reason, by: name, query) { DeadLetters.restore(filter) }
    }

    private func move(
        _ verb: String, reason: String, by name: String, _ query: DeadLetterQuery,
        _ statement: () -> Statement<DeadLetters.Moved>
    ) async throws -> Moved {
        let statement = statement()
        return try await pool.withTransaction { transaction in
            let moved = try await transaction.runPatiently(statement)
            var start = moved.letters.startIndex
            while start < moved.letters.endIndex {
                let some = Array(moved.letters[start..<min(start + Self.page, moved.letters.endIndex)])
                start += some.count
                var filter = DeadLetters.Filter()
                filter.ids = some
                filter.states = []
                let rows = try await transaction.run(DeadLetters.list(filter, limit: some.count))
                try await transaction.run(
                    AuditLog.insert(
                        rows.map { row in
                            entry(
                                name, "dead-letters \(verb)", row.letter,
                                [
                                    "letter": .string(row.letter.id.description), "reason": .string(reason),
                                    "letters": .string(query.description), "code": .string(row.letter.code),
                                ])
                        }))
            }
            return Moved(count: moved.letters.count, money: moved.money, taken: moved.taken)
        }
    }
}
