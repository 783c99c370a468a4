import Postgres
import Testing

/// Expects that a connection answers.
func expectUsable(_ connection: PostgresConnection, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let answer = try await connection.query("select 7 as n")[0].decode("n", as: Int.self)
    #expect(answer == 7, sourceLocation: sourceLocation)
}

extension PostgresConnection {
    /// The value of a query of one row and one column.
    func value<Value: PostgresDecodable>(_ statement: SQL, as type: Value.Type = Value.self) async throws -> Value {
        try #require(try await query(statement).first)[0, as: type]
    }
}

/// The error that a piece of work ends with, for places where the macro cannot be nested.
func failure(of work: () async throws -> Void) async -> PostgresError? {
    do {
        try await work()
        Issue.record("there was no error")
    } catch let error as PostgresError {
        return error
    } catch {
        Issue.record(error)
    }
    return nil
}
