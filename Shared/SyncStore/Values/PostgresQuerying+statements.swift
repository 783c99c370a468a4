public import Postgres

extension PostgresQuerying {
    /// Runs a statement and reads its answer.
    ///
    /// - Throws: `StoreError` where it demanded something that does not hold; the transaction is lost then.
    public func run<Output: Sendable>(_ statement: Statement<Output>) async throws -> Output {
        let result = try await StoreError.translating { try await query(statement.sql) }
        return try statement.decode(result)
    }

    /// Runs statements without answers in one round trip.
    public func run(_ statements: [Statement<Void>]) async throws {
        guard !statements.isEmpty else { return }
        _ = try await StoreError.translating { try await pipeline(statements.map(\.sql)) }
    }

    /// Runs statements in one round trip, in order, and reads their answers.
    ///
    /// - Throws: `StoreError` where a statement demanded something that does not hold; the transaction is lost then.
    public func run<each Output: Sendable>(
        _ statement: repeat Statement<each Output>
    ) async throws -> (repeat each Output) {
        var list: [SQL] = []
        repeat list.append((each statement).sql)
        let results = try await StoreError.translating { try await pipeline(list) }
        return try read(repeat each statement, from: results)
    }

    /// Runs statements of one kind in one round trip.
    public func run<Output: Sendable>(_ statements: [Statement<Output>]) async throws -> [Output] {
        guard !statements.isEmpty else { return [] }
        let results = try await StoreError.translating { try await pipeline(statements.map(\.sql)) }
        return try zip(statements, results).map { try $0.decode($1) }
    }
}

extension PostgresTransaction {
    /// Ends the transaction with these last statements and COMMIT, in one round trip.
    ///
    /// - Throws: `StoreError` where a statement demanded something that does not hold; then nothing is committed.
    @discardableResult
    public func commit<each Output: Sendable>(
        running statement: repeat Statement<each Output>
    ) async throws -> (repeat each Output) {
        var list: [SQL] = []
        repeat list.append((each statement).sql)
        let results = try await StoreError.translating { try await commit(with: list) }
        return try read(repeat each statement, from: results)
    }

    /// Ends the transaction with these last statements of one kind and COMMIT, in one round trip.
    @discardableResult
    public func commit<Output: Sendable>(running statements: [Statement<Output>]) async throws -> [Output] {
        let results = try await StoreError.translating { try await commit(with: statements.map(\.sql)) }
        return try zip(statements, results).map { try $0.decode($1) }
    }
}

private func read<each Output: Sendable>(
    _ statement: repeat Statement<each Output>, from results: [PostgresResult]
) throws -> (repeat each Output) {
    var position = results.startIndex
    func next<One: Sendable>(_ statement: Statement<One>) throws -> One {
        defer { position += 1 }
        return try statement.decode(results[position])
    }
    return (repeat try next(each statement))
}
