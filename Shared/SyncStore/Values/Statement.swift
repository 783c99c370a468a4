public import Postgres

/// A statement of a store together with what its answer means.
///
/// A store's method makes it and runs nothing, so that a caller sends many in one round trip, inside of its own
/// transaction:
///
/// ```swift
/// let (fresh, links) = try await transaction.run(MessageTable.settle(keys), IdentityMap.find(objects))
/// ```
public struct Statement<Output: Sendable>: Sendable {
    /// The statement.
    public let sql: SQL
    private let read: @Sendable (PostgresResult) throws -> Output

    /// Joins a statement and the reading of its answer.
    public init(_ sql: SQL, read: @escaping @Sendable (PostgresResult) throws -> Output) {
        self.sql = sql
        self.read = read
    }

    /// Reads the answer.
    public func decode(_ result: PostgresResult) throws -> Output {
        try read(result)
    }

    /// The same statement, whose answer is not looked at; what it demands still holds.
    public var discarded: Statement<Void> {
        Statement<Void>(sql) { _ in }
    }

    /// The same statement with another reading of what it gives.
    public func map<Other: Sendable>(_ change: @escaping @Sendable (Output) throws -> Other) -> Statement<Other> {
        Statement<Other>(sql) { result in try change(decode(result)) }
    }
}

extension Statement where Output == Void {
    /// A statement without an answer.
    public init(_ sql: SQL) {
        self.init(sql) { _ in }
    }
}

extension Statement where Output == Int {
    /// A statement of which the number of rows that it touched is wanted.
    public static func counting(_ sql: SQL) -> Statement<Int> {
        Statement(sql) { $0.affected }
    }
}
