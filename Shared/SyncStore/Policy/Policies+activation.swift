public import Postgres

extension Policies {
    /// Installs a checked document as the next version and makes it the active one.
    ///
    /// It waits for the transactions that decide by the version before.
    ///
    /// - Parameters:
    ///   - onlyFirst: install only if there is no version yet; then the number is nil.
    ///   - audit: what is written in the same transaction, once the number is known.
    /// - Returns: the number of the version; nil where `onlyFirst` and there is one already.
    public static func install(
        _ document: String, by name: String, reason: String, onlyFirst: Bool = false, on pool: PostgresPool,
        audit: @Sendable (Int64) -> [Statement<Void>] = { _ in [] }
    ) async throws -> Int64? {
        try await pool.withTransaction { transaction in
            if onlyFirst {
                let (_, active) = try await transaction.run(AdvisoryLock.take([lock]), Policies.active)
                guard active == nil else { return nil }
            }
            let number = try await activate(document, by: name, reason: reason, in: transaction)
            try await transaction.commit(running: audit(number))
            return number
        }
    }

    /// Makes a checked document the active version, in a transaction of the caller's.
    ///
    /// It waits for the transactions that decide by the version before.
    ///
    /// - Returns: the number of the version.
    public static func activate(
        _ document: String, by name: String, reason: String, in transaction: PostgresTransaction
    ) async throws -> Int64 {
        let (_, _, number) = try await transaction.run(
            AdvisoryLock.take([lock]), clear, insert(document, by: name, reason: reason))
        return number
    }
}
