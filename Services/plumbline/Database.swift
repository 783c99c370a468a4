import Foundation
import Logging
import Postgres
import ServiceKit

/// The database that a command works on.
enum Database {
    /// Lends a small pool that is closed afterwards.
    static func with<Value: Sendable>(_ body: (PostgresPool) async throws -> Value) async throws -> Value {
        let configuration = try await Configured.read { DatabaseConfiguration(config: $0) }
        let pool = PostgresPool(configuration.postgres)
        do {
            let value = try await body(pool)
            await pool.close()
            return value
        } catch {
            await pool.close()
            throw error
        }
    }

    /// Who acts, for the audit log: the name given, else the operating-system user.
    static func actor(_ name: String?) -> String { name ?? NSUserName() }
}
